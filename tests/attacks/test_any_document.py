"""Whatever a document says, it has a price or is refused with a code: caps, costs and validation see it before a resolver."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.transport.engine import RequestRefused
from schema.transport.request import GraphQLRequest
from tests.attacks.test_document_caps import ENGINE, prepare

NOBODY: Any = SimpleNamespace(request_id="r")
CODES = {"BAD_USER_INPUT", "QUERY_TOO_COMPLEX"}
_WORDS = st.sampled_from(
    ["{", "}", "{", "}", "query", "mutation", "subscription", "fragment F on Query", "fragment G on Program", "...F", "...G",
     "... on Program", "... on Node", "viewer", "kind", "programs", "nodes", "id", "a:", "b:", "__typename", "__schema",
     "(first: $n)", "(first: 5)", "(first: 99999999999)", "(first: null)", "(ids: $ids)", '(ids: ["x", "y"])', "(ids: [[1]])",
     "($n: Int)", "($n: Int = 7, $ids: [ID!]!)", "($n: [Int])", "@include(if: $b)", "@skip(if: true)", "@skip(if: 1)",
     "affiliates(first: 2)", "children", 'node(id: "x")', "intent(by: {id: $n})", "program(slug: {})", '"""x"""', '"', "#",
     "\\u0000", "\ufeff", "\ud800", "ü", "&", "|", "extend type Query", "schema", "3.5e9", "-0", "$", "@", "!", "=", "&", ",", "\n"]
)  # fmt: skip
_NESTED = st.sampled_from(
    [
        "{ programs(first: %s) { nodes { affiliates(first: %s) { nodes { id ...G } } } } } fragment G on Affiliate { id }",
        "query Q($n: Int, $ids: [ID!]! = [%s]) { nodes(ids: $ids) { id } programs(first: $n) { nodes { id } } x: %s }",
        "{ ...F %s } fragment F on Query { viewer { kind } ...F %s }",
        "mutation { a: pauseProgram(programId: %s, reason: %s) { userErrors { code } } }",
        "subscription { programEvents(programId: %s, after: %s) { type } }",
    ]
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
_VARIABLES = st.dictionaries(st.sampled_from(["n", "ids", "b", "x"]), _VALUES, max_size=3)


@st.composite
def documents(draw: st.DrawFn) -> str:
    parts = draw(st.lists(_WORDS | st.text(max_size=3), max_size=14))
    if draw(st.booleans()):
        half = len(parts) // 2
        return draw(_NESTED) % (" ".join(parts[:half]), " ".join(parts[half:]))
    return " ".join(parts)


@given(documents(), _VARIABLES, st.none() | st.sampled_from(["Q", "F", "", "nothing"]))
def test_any_document(text: str, variables: dict[str, Any], name: str | None) -> None:
    try:
        prepared = ENGINE.prepare(GraphQLRequest(text, name, variables), "r", from_browser=False)
        assert prepared.cost >= 0
        # Reads the variables.
        ENGINE._build_executor(prepared, NOBODY)
    except RequestRefused as refused:
        found = {one["extensions"]["code"] for one in refused.answer["errors"]}
        assert found <= CODES


_USE = "intent(by: {id: $n}) { id }"
ONE_OF = {
    f"query ($n: ID!) {{ {_USE} }}": None,
    # A fragment may stand anywhere, and serve several operations.
    f"fragment F on Query {{ {_USE} }} query ($n: ID!) {{ ...F }}": None,
    "query ($by: IntentKey!) { intent(by: $by) { id } }": None,
    f"{{ {_USE} }}": "not defined",
    f"query ($n: ID) {{ {_USE} }}": "must be non-nullable",
    f"query ($n: ID) {{ ...F }} fragment F on Query {{ {_USE} }}": "must be non-nullable",
    f"fragment F on Query {{ {_USE} }} query ($n: ID) {{ ...F }}": "must be non-nullable",
    "{ intent(by: {}) { id } }": "exactly one",
    "{ intent(by: {id: null}) { id } }": "must be non-null",
    '{ intent(by: {id: "x", idempotencyKey: null}) { id } }': "exactly one",
}


@pytest.mark.parametrize("text", ONE_OF)
def test_inputs_with_one_key(text: str) -> None:
    said = ONE_OF[text]
    if said is None:
        assert prepare(text) == 2
    else:
        with pytest.raises(RequestRefused) as refused:
            prepare(text)
        assert said in str(refused.value.answer["errors"])
