"""What reversals take back, as rules."""

from collections.abc import Sequence
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from app.domain.ids import new_id
from app.domain.money import Money
from app.domain.reversals import EarnedCommission, ReversedPart, take_back
from app.domain.states import CommissionStatus

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LATER = datetime(2026, 12, 22, tzinfo=UTC)


def parts_of(payment: int, cuts: Sequence[int]) -> list[ReversedPart]:
    """A payment cut into parts that follow each other."""
    ends = sorted({cut % (payment + 1) for cut in cuts} | {payment})
    return [
        ReversedPart(payment, before, end - before)
        for before, end in zip([0, *ends], ends, strict=False)
        if end > before
    ]


@given(
    payment=st.integers(1, 10**20),
    rate=st.integers(0, 10_000),
    cuts=st.lists(st.integers(0, 10**20), max_size=8),
)
def test_the_parts_of_a_share_sum_to_it(payment: int, rate: int, cuts: list[int]) -> None:
    share = payment * rate // 10_000
    parts = parts_of(payment, cuts)
    taken = [part.of(share) for part in parts]
    assert sum(part.units for part in parts) == payment
    assert sum(taken) == share
    for number, part in enumerate(parts):
        # Never more than its proportion so far: the affiliate keeps what rounding leaves.
        so_far = sum(taken[: number + 1])
        assert taken[number] >= 0
        assert so_far * payment <= share * (part.before + part.units) < (so_far + 1) * payment


def earned(status: CommissionStatus, *, clawed_back: bool = False) -> EarnedCommission:
    return EarnedCommission(
        id=new_id(),
        affiliate_id=1,
        affiliate_public_id=new_id(),
        level=1,
        rate_bps=1000,
        terms_version=1,
        amount=Money(10, "USDC"),
        status=status,
        payable_at=LATER,
        clawed_back=clawed_back,
    )


def test_who_is_reversed_and_who_is_clawed_back() -> None:
    whole, half = ReversedPart(100, 0, 100), ReversedPart(100, 0, 50)
    for status in CommissionStatus:
        unpaid = status in {CommissionStatus.ACCRUED, CommissionStatus.PAYABLE}
        one = earned(status)
        taken = take_back(whole, [one], NOW)
        assert (taken.reversed == (one,)) is unpaid
        assert (len(taken.clawbacks) == 1) is not unpaid
        [clawback] = take_back(half, [one], NOW).clawbacks
        assert clawback.amount == Money(5, "USDC")
        if unpaid:
            assert (clawback.status, clawback.payable_at) == (status, LATER)
        else:
            assert (clawback.status, clawback.payable_at) == (CommissionStatus.PAYABLE, NOW)


def test_after_a_clawback_the_rest_is_one_too() -> None:
    rest = ReversedPart(100, 50, 50)
    one = earned(CommissionStatus.ACCRUED, clawed_back=True)
    taken = take_back(rest, [one], NOW)
    assert taken.reversed == ()
    assert [clawback.amount.units for clawback in taken.clawbacks] == [5]


def test_what_rounds_to_nothing_leaves_nothing_and_counts_later() -> None:
    one = earned(CommissionStatus.ACCRUED)
    assert take_back(ReversedPart(100, 0, 9), [one], NOW).shares == ()
    assert take_back(ReversedPart(100, 9, 91), [one], NOW).reversed == (one,)
