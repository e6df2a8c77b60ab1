"""What an outflow has paid: never more than was owed, never a line that was not."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.ids import new_id
from app.domain.outflows import OpenLine, OwedTo, paid_by_outflow
from app.domain.payees import Payee
from app.domain.payouts import PayoutPurpose

_AMOUNTS = st.integers(min_value=-20, max_value=50).filter(bool)
_COMMISSIONS = st.lists(_AMOUNTS, max_size=6)
_REFUNDS = st.lists(st.integers(min_value=1, max_value=50), max_size=4)


def owed(purpose: PayoutPurpose, owner: int, amounts: list[int]) -> OwedTo:
    lines = tuple(OpenLine(new_id(), amount) for amount in amounts)
    return OwedTo(Payee(purpose, owner), lines)


@given(st.integers(min_value=1, max_value=150), _COMMISSIONS, _REFUNDS)
def test_everybody_gets_what_is_owed_and_no_more(
    amount: int, commissions: list[int], refunds: list[int]
) -> None:
    affiliate = owed(PayoutPurpose.COMMISSION, 1, commissions)
    user = owed(PayoutPurpose.REFUND, 2, refunds)
    paid = {one.payee: one for one in paid_by_outflow(amount, [affiliate, user])}
    assert sum(one.amount for one in paid.values()) <= amount
    for one in (affiliate, user):
        part = paid.get(one.payee)
        if part is None:
            continue
        assert 0 <= part.amount <= one.amount
        # In their order, each once.
        assert [line for line in one.lines if line in part.lines] == list(part.lines)
        rest = [line for line in one.lines if line not in part.lines]
        assert all(line in rest and 0 < units <= line.amount for line, units in part.charges)
    if not refunds:
        taken = paid[affiliate.payee].amount if affiliate.payee in paid else 0
        assert taken == min(amount, affiliate.amount)


@given(_COMMISSIONS, st.integers(min_value=0, max_value=6))
def test_a_batch_of_the_oldest_is_paid_whole(commissions: list[int], count: int) -> None:
    """What a forgotten batch took is found again, line by line."""
    affiliate = owed(PayoutPurpose.COMMISSION, 1, commissions)
    amount = sum(commissions[:count])
    if not 0 < amount <= affiliate.amount:
        return
    [paid] = paid_by_outflow(amount, [affiliate])
    assert paid.charges == ()
    assert paid.amount == amount


@given(_REFUNDS, st.integers(min_value=0, max_value=15))
def test_refunds_that_sum_to_the_amount_are_paid_by_it(refunds: list[int], chosen: int) -> None:
    """Also where older ones stay owed."""
    user = owed(PayoutPurpose.REFUND, 2, refunds)
    amount = sum(units for place, units in enumerate(refunds) if chosen >> place & 1)
    paid = paid_by_outflow(amount, [user])
    assert sum(one.amount for one in paid) == amount


def test_whom_the_amount_fits_comes_first() -> None:
    affiliate = owed(PayoutPurpose.COMMISSION, 1, [10])
    user = owed(PayoutPurpose.REFUND, 2, [7])
    [paid] = paid_by_outflow(7, [affiliate, user])
    assert paid.payee == user.payee
