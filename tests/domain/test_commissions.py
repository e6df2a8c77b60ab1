"""Who earns what: the rules one by one, then as properties over any terms and upline."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.commissions import Accrual, Earner, EarningTerms, SkippedLevel, SkipReason, accrue
from app.domain.money import Money
from app.domain.states import AffiliateStatus, CommissionStatus

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ACTIVE, SUSPENDED, TERMINATED = (
    AffiliateStatus.ACTIVE,
    AffiliateStatus.SUSPENDED,
    AffiliateStatus.TERMINATED,
)


def terms(*levels: int, fee: int = 0, registration: bool = False, days: int = 30) -> EarningTerms:
    return EarningTerms(
        version=3,
        platform_fee_bps=fee,
        levels_bps=levels,
        registration_earns=registration,
        holding_days=days,
    )


def upline(*statuses: AffiliateStatus) -> list[Earner]:
    return [Earner(number, status) for number, status in enumerate(statuses, 1)]


def earned(accrual: Accrual) -> list[tuple[int, int, int]]:
    return [(one.level, one.affiliate_id, one.amount.units) for one in accrual.commissions]


def test_each_level_earns_its_rate_of_the_gross_amount() -> None:
    accrual = accrue(
        Money(100_000_000, "USDC"),
        upline(ACTIVE, ACTIVE, ACTIVE, ACTIVE),
        terms(1000, 500, 200, fee=100),
        AT,
        registration=False,
    )
    assert earned(accrual) == [(1, 1, 10_000_000), (2, 2, 5_000_000), (3, 3, 2_000_000)]
    assert accrual.skipped == ()
    first = accrual.commissions[0]
    assert first.status is CommissionStatus.ACCRUED
    assert (first.terms_version, first.rate_bps, first.base.units) == (3, 1000, 100_000_000)


def test_payable_after_the_holding_period_in_full_days() -> None:
    accrual = accrue(
        Money(100, "USDC"), upline(ACTIVE), terms(1000, days=30), AT, registration=False
    )
    assert accrual.commissions[0].accrued_at == AT
    assert accrual.commissions[0].payable_at == AT + timedelta(hours=720)


def test_a_suspended_or_terminated_affiliate_is_skipped_and_nothing_passes_up() -> None:
    accrual = accrue(
        Money(1000, "USDC"),
        upline(SUSPENDED, ACTIVE, TERMINATED),
        terms(1000, 500, 200),
        AT,
        registration=False,
    )
    assert earned(accrual) == [(2, 2, 50)]
    assert accrual.skipped == (
        SkippedLevel(1, SkipReason.SUSPENDED),
        SkippedLevel(3, SkipReason.TERMINATED),
    )


def test_levels_without_an_affiliate_and_shares_that_round_to_zero_say_so() -> None:
    accrual = accrue(Money(9, "USDC"), upline(ACTIVE), terms(1000, 500), AT, registration=False)
    assert earned(accrual) == []
    assert accrual.skipped == (
        SkippedLevel(1, SkipReason.ZERO),
        SkippedLevel(2, SkipReason.NOBODY),
    )


def test_a_registration_earns_only_if_the_terms_say_so() -> None:
    fee = Money(1000, "USDC")
    silent = accrue(fee, upline(ACTIVE), terms(1000), AT, registration=True)
    assert earned(silent) == []
    assert silent.skipped == (SkippedLevel(1, SkipReason.REGISTRATION),)
    paying = accrue(fee, upline(ACTIVE), terms(1000, registration=True), AT, registration=True)
    assert earned(paying) == [(1, 1, 100)]


any_terms = (
    st.lists(st.integers(0, 10_000), max_size=8)
    .flatmap(lambda levels: st.tuples(st.just(levels), st.integers(0, 10_000)))
    .filter(lambda drawn: sum(drawn[0]) + drawn[1] <= 10_000)
    .map(lambda drawn: terms(*drawn[0], fee=drawn[1]))
)


@given(
    units=st.integers(1, 10**30),
    statuses=st.lists(st.sampled_from(list(AffiliateStatus)), max_size=10),
    agreed=any_terms,
)
def test_no_level_is_lost_and_no_share_is_too_large(
    units: int, statuses: list[AffiliateStatus], agreed: EarningTerms
) -> None:
    accrual = accrue(Money(units, "USDC"), upline(*statuses), agreed, AT, registration=False)
    levels = [one.level for one in accrual.commissions]
    missing = [one.level for one in accrual.skipped]
    assert sorted(levels + missing) == list(range(1, len(agreed.levels_bps) + 1))
    assert levels == sorted(levels)
    assert sum(one.amount.units for one in accrual.commissions) <= units
    for one in accrual.commissions:
        assert one.amount.units > 0
        assert one.affiliate_id == one.level
        exact = units * one.rate_bps
        assert one.amount.units * 10_000 <= exact < (one.amount.units + 1) * 10_000
