"""Fees and replacements."""

from hypothesis import given
from hypothesis import strategies as st

from app.chain.chain_data import FeeHistory
from app.chain.fees import FeeTooHigh, bumped, fees_of
from app.domain.transactions import Fees

GWEI = 10**9


def test_the_offer_is_twice_the_base_fee_and_the_middle_tip() -> None:
    history = FeeHistory((1, 2, 10 * GWEI), (5 * GWEI, 1 * GWEI, 2 * GWEI), 7)
    assert fees_of(history, 10**18) == Fees(max_fee=22 * GWEI, tip=2 * GWEI)


def test_the_offer_keeps_to_the_cap() -> None:
    history = FeeHistory((100 * GWEI,), (50 * GWEI,), 7)
    assert fees_of(history, 30 * GWEI) == Fees(max_fee=30 * GWEI, tip=30 * GWEI)


@given(
    st.integers(10**6, 10**12),
    st.integers(0, 10**12),
    st.integers(0, 10**12),
    st.integers(0, 10**12),
)
def test_a_replacement_offers_at_least_a_tenth_more_on_both_within_the_cap(
    tip: int, above: int, fresh: int, room: int
) -> None:
    old = Fees(max_fee=tip + above, tip=tip)
    cap = old.max_fee + room
    try:
        new = bumped(old, Fees(fresh, min(fresh, 10**9)), cap)
    except FeeTooHigh:
        assert cap * 10 < old.max_fee * 11
        return
    assert new.max_fee <= cap
    assert new.tip <= new.max_fee
    assert new.max_fee * 10 >= old.max_fee * 11
    assert new.tip * 10 >= old.tip * 11


def test_a_fresh_estimate_wins_over_a_small_bump() -> None:
    assert bumped(Fees(8, 8), Fees(100, 50), 1000) == Fees(100, 50)
    assert bumped(Fees(80, 8), Fees(1, 1), 1000) == Fees(90, 9)
