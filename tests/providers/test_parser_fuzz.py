"""Whatever bytes come with a good signature: an event, or MalformedDocument; nothing else, and soon."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.money import Currency
from app.domain.providers.charges import Unattributable, attribution_of, paid_in
from app.domain.providers.coinbase_commerce import event_id_of, parse_event
from app.domain.strict_json import MalformedDocument
from tests.providers.charges import body_of

USDC = Currency("USDC", 6, "0x" + "70" * 20, 31337, "USD Coin", "2")
TYPES = st.sampled_from(["created", "pending", "failed", "delayed", "confirmed", "resolved", "new"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
AMOUNTS = st.one_of(st.decimals().map(str), st.text("0123456789.,-+eE ", max_size=90), JSON)
LOCALS = st.fixed_dictionaries(
    {"amount": AMOUNTS, "currency": st.sampled_from(["USD", "EUR", "", "usd"]) | JSON}
)
PAYMENTS = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["CONFIRMED", "confirmed", "PENDING", ""]) | JSON,
        "value": st.fixed_dictionaries({"local": LOCALS}) | JSON,
    }
)
METADATA = st.fixed_dictionaries(
    {},
    optional={
        name: st.text(max_size=140) | JSON
        for name in ("program", "wallet", "referralCode", "idempotencyKey")
    },
)
CHARGES = st.fixed_dictionaries(
    {},
    optional={
        "id": st.text(min_size=1) | JSON,
        "code": st.from_regex(r"[A-Z0-9]{8}", fullmatch=True) | JSON,
        "metadata": METADATA | JSON,
        "payments": st.lists(PAYMENTS, max_size=4) | JSON,
    },
)


def read(body: bytes) -> None:
    """As a worker does; nothing but what is foreseen may come of it."""
    event_id = event_id_of(body)
    assert 0 < len(event_id) <= 128
    assert event_id.isascii()
    assert event_id.isprintable()
    try:
        told = parse_event(body)
    except MalformedDocument:
        return
    assert told.event_id == event_id
    if told.charge is None:
        assert told.step is None
        return
    try:
        whom = attribution_of(told.charge)
        assert 0 < len(whom.idempotency_key) <= 128
    except Unattributable:
        pass
    try:
        paid = paid_in(told.charge.payments, USDC)
        assert type(paid.units) is int
        assert 0 < paid.units < 2**256
    except Unattributable:
        pass


@given(st.binary(max_size=300))
def test_any_bytes(body: bytes) -> None:
    read(body)


@given(JSON)
def test_any_json(value: Any) -> None:
    read(json.dumps(value).encode())
    read(json.dumps({"event": value}).encode())


@given(st.text(min_size=1, max_size=140), TYPES, CHARGES | JSON)
def test_any_charge(event_id: str, type_: str, data: Any) -> None:
    read(body_of(event_id, f"charge:{type_}", data))


@given(st.lists(st.integers(0, 10**30), min_size=1, max_size=8))
def test_the_sum_is_exact(units: list[int]) -> None:
    payments = [
        {
            "status": "CONFIRMED",
            "value": {"local": {"amount": f"{one // 10**6}.{one % 10**6:06}00", "currency": "USD"}},
        }
        for one in units
    ]
    told = parse_event(body_of("e", "charge:confirmed", {"code": "C", "payments": payments}))
    assert told.charge is not None
    if sum(units):
        assert paid_in(told.charge.payments, USDC).units == sum(units)
    else:
        with pytest.raises(Unattributable):
            paid_in(told.charge.payments, USDC)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"a":' * 50_000,
        b'"' * 200_000,
        b'"' + b'\\"' * 100_000,
        b'"\\' + b'"\\' * 100_000,
        b"\\" * 200_000,
        b"[]" * 100_000,
        b"9" * 200_000,
        b'{"event": ' + b"9" * 200_000 + b"}",
        b'{"event": {"id": 1e' + b"9" * 1000 + b"}}",
    ],
    ids=range(10),
)
def test_costly_bodies(body: bytes) -> None:
    started = time.perf_counter()
    with pytest.raises(MalformedDocument):
        parse_event(body)
    # Quadratic ones take minutes.
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    "body",
    [
        b'{"event": {"id": "a", "id": "b", "type": "t"}}',
        b'{"event": {"id": "a", "type": "t"}, "event": {"id": "a", "type": "t"}}',
        b'{"event": {"id": "a", "type": "t", "n": NaN}}',
        b'{"event": {"id": "a", "type": "t", "n": -Infinity}}',
        '{"event": {"id": "ä", "type": "t"}}'.encode(),
        '{"event": {"id": "a", "type": "t"}}'.encode("utf-16"),
        b'\xef\xbb\xbf{"event": {"id": "a", "type": "t"}}',
        b'{"event": {"id": "a\\u0000", "type": "t"}}',
        b'{"event": {"id": "", "type": "t"}}',
        b'{"event": {"id": 1, "type": "t"}}',
        b'{"event": {"id": "a", "type": "t"}} {}',
    ],
)
def test_what_could_be_read_in_two_ways_is_read_in_none(body: bytes) -> None:
    with pytest.raises(MalformedDocument):
        parse_event(body)
