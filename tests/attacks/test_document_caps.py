"""Each cap on what one request may look like, a little below it and a little above it."""

# ruff: noqa: UP031  GraphQL has the braces that str.format would need twice

import json
import time
from typing import Any

import pytest

from app.domain.webhooks.endpoints import MOST_ENDPOINTS
from schema.build import build_schema
from schema.errors import BadUserInput
from schema.transport.body import parse_post_body
from schema.transport.engine import Engine, RequestRefused
from schema.transport.request import GraphQLRequest
from schema.transport.settings import TransportSettings

SETTINGS = TransportSettings()
ENGINE = Engine(build_schema(), SETTINGS)

# Of this process's time, on a machine that does other things too; what a cap is to prevent takes minutes.
SECONDS = 2.0


def prepare(query: str, variables: dict[str, Any] | None = None) -> int:
    request = GraphQLRequest(query, None, variables or {})
    return ENGINE.prepare(request, "request", from_browser=False).cost


def refusal(query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
    started = time.process_time()
    with pytest.raises(RequestRefused) as caught:
        prepare(query, variables)
    assert time.process_time() - started < SECONDS
    extensions: dict[str, Any] = caught.value.answer["errors"][0]["extensions"]
    return extensions


def names(count: int, field: str = "__typename") -> str:
    return " ".join(f"a{n}: {field}" for n in range(count))


CAPS = {
    "aliases": ("{ viewer { %s } }" % names(100), "{ viewer { %s } }" % names(101)),
    "root fields": ("{ %s }" % names(50), "{ %s }" % names(51)),
    "root fields in fragments": (
        "{ ...F ...F } fragment F on Query { %s }" % names(25),
        "{ ...F ...F ...F } fragment F on Query { %s }" % names(25),
    ),
    "root fields in inline fragments": (
        "{ ... on Query { %s } ... { %s } }" % (names(25), names(25)),
        "{ ... on Query { %s } ... { %s } }" % (names(26), names(26)),
    ),
    "mutations": ("mutation { %s }" % names(10), "mutation { %s }" % names(11)),
    "mutations in fragments": (
        "mutation { ...F } fragment F on Mutation { %s }" % names(10),
        "mutation { ...F ...F } fragment F on Mutation { %s }" % names(10),
    ),
    "directives": (
        "{ viewer { %s } }" % " ".join("kind @include(if: true)" for _ in range(50)),
        "{ viewer { %s } }" % " ".join("kind @include(if: true)" for _ in range(51)),
    ),
    "depth": (
        '{ affiliate(by: {id: "x"}) { %s id %s } }' % ("parent { " * 47, "}" * 47),
        '{ affiliate(by: {id: "x"}) { %s id %s } }' % ("parent { " * 50, "}" * 50),
    ),
    "depth through fragments": (
        '{ affiliate(by: {id: "x"}) { ...A } } '
        "fragment A on Affiliate { %s ...B %s } fragment B on Affiliate { %s id %s }"
        % ("parent { " * 23, "}" * 23, "parent { " * 23, "}" * 23),
        '{ affiliate(by: {id: "x"}) { ...A } } '
        "fragment A on Affiliate { %s ...B %s } fragment B on Affiliate { %s id %s }"
        % ("parent { " * 25, "}" * 25, "parent { " * 25, "}" * 25),
    ),
    "tokens": ("{ viewer { %s } }" % ("kind " * 90), "{ viewer { %s } }" % ("kind " * 2000)),
}


@pytest.mark.parametrize("cap", CAPS)
def test_a_document_beyond_a_cap_is_refused(cap: str) -> None:
    within, beyond = CAPS[cap]
    prepare(within)
    assert refusal(beyond)["code"] == "QUERY_TOO_COMPLEX"
    # Known documents are refused as they were at first.
    assert refusal(beyond)["code"] == "QUERY_TOO_COMPLEX"


PAGE = "query($first: Int) { programs(first: $first) { nodes { id } } }"


@pytest.mark.parametrize(
    ("query", "variables", "cost"),
    [
        ("{ viewer { kind } }", {}, 2),
        (PAGE, {"first": 7}, 1 + 7 * 2),
        # What is no size is counted as the largest: coercion refuses it, or takes it for one.
        (PAGE, {"first": 10**30}, 1 + 200 * 2),
        (PAGE, {"first": "7e9"}, 1 + 200 * 2),
        (PAGE, {"first": 7.0}, 1 + 200 * 2),
        (PAGE, {"first": None}, 1 + 200 * 2),
        (PAGE, {"first": True}, 1 + 200 * 2),
        (PAGE, {"first": [7]}, 1 + 200 * 2),
        (PAGE, {"first": -5}, 1 + 2),
        (PAGE.replace("Int)", "Int = 9)"), {}, 1 + 9 * 2),
        (PAGE.replace("Int)", "Int = 9)"), {"first": 100}, 1 + 100 * 2),
        # Directives leave nothing out of the price.
        ("{ programs(first: 9) @skip(if: true) { nodes { id } } }", {}, 1 + 9 * 2),
        ("{ ... @include(if: false) { programs(first: 9) { nodes { id } } } }", {}, 1 + 9 * 2),
        # Aliases and fragments are counted as often as they are answered.
        (
            "{ a: programs(first: 9) { nodes { id } } b: programs(first: 8) { nodes { id } } }",
            {},
            36,
        ),
        (
            "{ ...F ... { ...F } } fragment F on Query { programs(first: 9) { nodes { id } } }",
            {},
            38,
        ),
        # An interface costs all of its types.
        ("{ node(id: 1) { id ... on Program { name } ... on Intent { status } } }", {}, 4),
        ("{ nodes(ids: [1, 2, 3]) { id } }", {}, 4),
        ("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["x"] * 90}, 91),
        ("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": "x"}, 2),
        ("query($ids: [ID!]! = [1, 2]) { nodes(ids: $ids) { id } }", {}, 3),
        # Lists without a size are as long as they can be.
        ('{ program(slug: "x") { webhookEndpoints { id } } }', {}, 1 + 1 + MOST_ENDPOINTS),
        ("{ __schema { types { fields { name } } } }", {}, 1000),
        ('{ a: __type(name: "x") { name } b: __type(name: "x") { name } }', {}, 2000),
        ("mutation { pauseProgram(programId: 1, reason: %s) { userErrors { code } } }", {}, 16),
    ],
)
def test_the_price_of_what_could_be_answered(
    query: str, variables: dict[str, Any], cost: int
) -> None:
    assert prepare(query.replace("%s", '"x"'), variables) == cost


def test_fragments_that_double_are_priced_at_once() -> None:
    chain = "".join(
        f"fragment F{n} on Affiliate {{ ...F{n + 1} ... {{ ...F{n + 1} }} }} " for n in range(40)
    )
    query = f'query($n: Int!) {{ affiliate(by: {{id: "x"}}) {{ ...F0 }} }} {chain}'
    query += "fragment F40 on Affiliate { children(first: $n) { nodes { id } } }"
    assert refusal(query, {"n": 1})["requested"] > 2**40


IDS = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"ids": ["x"] * 9_999}, None),
        ({"ids": ["x"] * 10_000}, "QUERY_TOO_COMPLEX"),
        ({"ids": [["x"] * 200 for _ in range(200)]}, "QUERY_TOO_COMPLEX"),
        ({"ids": "x", "unused": list(range(200_000))}, "QUERY_TOO_COMPLEX"),
        ({"ids": "x", "unused": {str(n): n for n in range(20_000)}}, "QUERY_TOO_COMPLEX"),
    ],
)
def test_variables_are_bounded(variables: dict[str, Any], code: str | None) -> None:
    if code is None:
        prepare(IDS, variables)
    else:
        assert refusal(IDS, variables)["code"] == code


@pytest.mark.parametrize("opening", ['{"a":', "["])
def test_nested_variables_are_bounded(opening: str) -> None:
    closing = "}" if opening == '{"a":' else "]"
    for depth, refused in ((19, False), (21, True), (900, True)):
        nested = json.loads(opening * depth + "1" + closing * depth)
        if refused:
            assert refusal(IDS, {"ids": "x", "a": nested})["code"] == "QUERY_TOO_COMPLEX"
        else:
            prepare(IDS, {"ids": "x", "a": nested})


@pytest.mark.parametrize(
    "body",
    [b"[]", b'[{"query":"{viewer{kind}}"}]', b"[" * 10_000 + b"]" * 10_000, b'"{}"', b"null"],
)
def test_batches_are_refused(body: bytes) -> None:
    with pytest.raises(BadUserInput):
        parse_post_body(body)
