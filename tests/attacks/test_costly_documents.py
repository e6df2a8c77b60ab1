"""Documents that would cost everybody's time: refused before they are validated or executed, without a credential too."""

import gc
import time
from typing import Any

import pytest
from graphql import get_introspection_query

from schema.build import build_schema
from schema.transport.engine import Engine, RequestRefused
from schema.transport.request import GraphQLRequest
from schema.transport.settings import TransportSettings

ENGINE = Engine(build_schema(), TransportSettings())
# Unguarded they take between half a second and six.
_LONGEST_SECONDS = 0.5
# What refuses a document unread takes less than a hundredth of it.
_UNREAD_SECONDS = 0.02

REPEATED = {
    "fields": "{" + "__typename " * 1990 + "}",
    "selections": "{" + "viewer{__typename}" * 480 + "}",
    "inline fragments": "{" + "...{viewer{__typename}}" * 280 + "}",
    "fragments": "{"
    + "".join(f"...F{n} " for n in range(150))
    + "}"
    + "".join(f"fragment F{n} on Query{{viewer{{__typename}}}} " for n in range(150)),
    "arguments": "{" + "".join(f'node(id:"{n}"){{id}}' for n in range(190)) + "}",
}
_MEGABYTE = 1_000_000
# A token or two, each read character by character.
LONG = {
    "a text": '{ node(id: "%s") { id } }' % ("\\n" * (_MEGABYTE // 2)),
    "a text of lines": '{ node(id: """%s""") { id } }' % ("\n" * _MEGABYTE),
    "a name": "{ %s }" % ("x" * _MEGABYTE),
    "a number": "{ node(id: %s) { id } }" % ("9" * _MEGABYTE),
    "a comment": "{ viewer { kind } } #" + "x" * _MEGABYTE,
    "blanks": "{ viewer { kind } }" + "\r\n" * (_MEGABYTE // 2),
}
_STEP = "intents(first: $first) { nodes { program { "
LARGE = {
    "pages in pages": "query($first: Int!) { programs(first: $first) { nodes { "
    + _STEP * 3
    + "id "
    + "} } } " * 3
    + "} } }",
    "children of children": 'query($first: Int!) { affiliate(by: {id: "x"}) { '
    + "children(first: $first) { nodes { " * 4
    + "id "
    + "} } " * 4
    + "} }",
    "fragments that double": "query($first: Int!) { programs(first: $first) { nodes { ...F0 } } } "
    + "".join(f"fragment F{n} on Program {{ ...F{n + 1} a{n}: id }} " for n in range(100))
    + "fragment F100 on Program { affiliates(first: $first) { nodes { children { nodes { id } } } } }",
}


def refused(query: str, variables: dict[str, Any]) -> dict[str, Any]:
    # A collection of all that a test process holds would be counted for the document.
    gc.disable()
    try:
        started = time.process_time()
        with pytest.raises(RequestRefused) as caught:
            ENGINE.prepare(GraphQLRequest(query, None, variables), "request", from_browser=False)
        assert time.process_time() - started < _LONGEST_SECONDS
    finally:
        gc.enable()
    (error,) = caught.value.answer["errors"]
    extensions: dict[str, Any] = error["extensions"]
    return extensions


@pytest.mark.parametrize("form", REPEATED)
def test_a_document_that_repeats_itself_is_refused_before_it_is_validated(form: str) -> None:
    assert refused(REPEATED[form], {})["code"] == "QUERY_TOO_COMPLEX"


@pytest.mark.parametrize("form", LONG)
def test_a_long_document_is_refused_before_it_is_read(form: str) -> None:
    started = time.process_time()
    assert refused(LONG[form], {})["code"] == "QUERY_TOO_COMPLEX"
    assert time.process_time() - started < _UNREAD_SECONDS


@pytest.mark.parametrize("form", LARGE)
@pytest.mark.parametrize("first", [200, 10**30, "200"])
def test_an_answer_of_millions_of_fields_is_refused(form: str, first: object) -> None:
    extensions = refused(LARGE[form], {"first": first})
    assert extensions["code"] == "QUERY_TOO_COMPLEX"
    assert extensions["requested"] > extensions["limit"]


@pytest.mark.parametrize("depth", [60, 150])
def test_a_document_of_many_levels_is_refused(depth: int) -> None:
    nested = '{ affiliate(by: {id: "x"}) { ' + "parent { " * depth + "id" + " }" * depth + " } }"
    assert refused(nested, {})["code"] == "QUERY_TOO_COMPLEX"


def test_fragments_in_fragments_are_refused_without_a_stack_overflow() -> None:
    chain = "".join(
        f"fragment F{n} on Affiliate {{ parent {{ ...F{n + 1} }} }} " for n in range(190)
    )
    query = (
        f'{{ affiliate(by: {{id: "x"}}) {{ ...F0 }} }} {chain} fragment F190 on Affiliate {{ id }}'
    )
    assert refused(query, {})["code"] == "QUERY_TOO_COMPLEX"


def test_what_clients_ask_for_is_let_through() -> None:
    rows = "nodes { id status stage user { wallet } timeline { to at } } pageInfo { endCursor }"
    for query in (
        get_introspection_query(),
        f'{{ program(slug: "x") {{ intents(first: 200) {{ {rows} }} }} }}',
    ):
        ENGINE.prepare(GraphQLRequest(query, None, {}), "request", from_browser=False)
