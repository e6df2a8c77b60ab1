"""Filters of exports: whatever is given is conditions that a statement takes, or refused by name."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Refusal, RefusalCode
from app.domain.exports import ExportKind
from app.domain.ids import new_id
from schema.ids import IdPrefix, encode_id
from schema.inputs.exports import _READERS, export_filter

NOW = datetime(2026, 11, 23, tzinfo=UTC)
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from(
        ["PAID", "ACTIVE", "0x" + "a" * 40, "0x" + "b" * 64, "2026-11-22T10:00:00Z", "9" * 79]
    )
    | st.sampled_from([*IdPrefix]).map(lambda prefix: encode_id(prefix, new_id()))
    | st.sampled_from(
        ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00Z"]
    )
)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=5,
)


@st.composite
def orders(draw: st.DrawFn) -> tuple[ExportKind, Any]:
    kind = draw(st.sampled_from(ExportKind))
    names = st.sampled_from([*_READERS[kind]]) | st.text(max_size=5)
    return kind, draw(st.dictionaries(names, _VALUES, max_size=4) | _VALUES)


def read(kind: ExportKind, filter_: object) -> dict[str, Any] | Refusal:
    try:
        return export_filter(kind, filter_, NOW)
    except Refusal as refused:
        return refused


@given(orders())
def test_any_filter(order: tuple[ExportKind, Any]) -> None:
    kind, filter_ = order
    found = read(kind, filter_)
    if isinstance(found, Refusal):
        assert found.code == RefusalCode.INVALID_INPUT
        assert (found.field or ("",))[0] == "filter"
        return
    assert found.keys() <= {*_READERS[kind], "asOf"}
    assert json.loads(json.dumps(found)) == found
    assert not [one for one in found.values() if one is None]


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind, readers in _READERS.items() for name in readers if name.endswith("Id")],
)
def test_an_id_is_of_its_kind(kind: ExportKind, name: str) -> None:
    public_id = new_id()
    period = {"currency": "USDC", "from": "2026-11-01T00:00:00Z", "to": "2026-11-02T00:00:00Z"}
    beside = period if kind is ExportKind.STATEMENT else {}
    taken = set()
    for prefix in IdPrefix:
        found = read(kind, {name: encode_id(prefix, public_id), **beside})
        if not isinstance(found, Refusal):
            assert UUID(found[name]) == public_id
            taken.add(prefix)
    assert taken <= {
        *(IdPrefix.AFFILIATE, IdPrefix.USER, IdPrefix.LEDGER_ACCOUNT, IdPrefix.PAYOUT_BATCH)
    }
    assert 0 < len(taken) <= 2
