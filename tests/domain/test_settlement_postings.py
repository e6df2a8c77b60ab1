"""The journal of a payment: the worked example of the domain, and what holds for every payment."""

from collections import Counter
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.domain.commissions import Earner, EarningTerms, accrue
from app.domain.money import Money
from app.domain.postings import (
    DEPOSIT,
    PAID_OUT,
    PLATFORM,
    PROGRAM,
    SUSPENSE,
    Account,
    AccountKind,
    Journal,
    JournalKind,
    Movement,
    MovementDirection,
)
from app.domain.settlement_postings import (
    COMMISSION,
    PAYMENT,
    PLATFORM_FEE,
    REGISTRATION_FEE,
    settlement_journal,
    unexplained_journal,
)
from app.domain.states import AffiliateStatus

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
INTENT = UUID("019a0000-0000-7000-8000-000000000001")
PAYER = Account(AccountKind.USER, 7)


def movement(units: int, direction: MovementDirection = MovementDirection.IN) -> Movement:
    return Movement(31337, 12, b"\x11" * 32, 3, direction, Money(units, "USDC"), b"\x22" * 32)


def journal_of(
    units: int, fee_bps: int, levels: tuple[int, ...], *, registration: bool = False
) -> Journal:
    terms = EarningTerms(1, fee_bps, levels, registration_earns=True, holding_days=30)
    upline = [Earner(n, AffiliateStatus.ACTIVE) for n in range(1, len(levels) + 1)]
    accrual = accrue(Money(units, "USDC"), upline, terms, AT, registration=registration)
    return settlement_journal(
        INTENT,
        PAYER,
        Money(units, "USDC"),
        fee_bps,
        accrual.commissions,
        movement=movement(units),
        effective_at=AT,
        registration=registration,
    )


def balances(journal: Journal) -> Counter[Account]:
    sums: Counter[Account] = Counter()
    for line in journal.transfers:
        sums[line.debit] -= line.amount.units
        sums[line.credit] += line.amount.units
    return sums


def test_the_worked_example() -> None:
    """Payment of 100, fee 1 %, levels 10 / 5 / 2 %."""
    journal = journal_of(100_000_000, 100, (1000, 500, 200))
    assert (journal.kind, journal.reference) == (JournalKind.SETTLEMENT, str(INTENT))
    assert dict(balances(journal)) == {
        PAYER: -100_000_000,
        PROGRAM: 82_000_000,
        PLATFORM: 1_000_000,
        Account(AccountKind.AFFILIATE, 1): 10_000_000,
        Account(AccountKind.AFFILIATE, 2): 5_000_000,
        Account(AccountKind.AFFILIATE, 3): 2_000_000,
    }
    assert [line.purpose for line in journal.transfers] == [
        PAYMENT,
        PLATFORM_FEE,
        COMMISSION,
        COMMISSION,
        COMMISSION,
    ]
    assert journal.movements == (movement(100_000_000),)


def test_a_registration_fee_says_what_it_is() -> None:
    assert journal_of(5, 0, (), registration=True).transfers[0].purpose == REGISTRATION_FEE


def test_a_platform_fee_that_rounds_to_zero_is_not_written() -> None:
    assert [line.purpose for line in journal_of(9, 100, ()).transfers] == [PAYMENT]


def test_money_that_nothing_explains_waits_in_suspense() -> None:
    came = unexplained_journal(movement(5), AT)
    assert came.kind is JournalKind.DEPOSIT
    assert came.reference == f"31337:0x{'11' * 32}:3"
    assert dict(balances(came)) == {DEPOSIT: -5, SUSPENSE: 5}
    left = unexplained_journal(movement(5, MovementDirection.OUT), AT)
    assert left.kind is JournalKind.WITHDRAWAL
    assert dict(balances(left)) == {SUSPENSE: -5, PAID_OUT: 5}


@given(
    units=st.integers(1, 10**30),
    fee_bps=st.integers(0, 2_000),
    levels=st.lists(st.integers(0, 1_000), max_size=8).map(tuple),
)
def test_what_the_user_paid_is_what_everybody_got(
    units: int, fee_bps: int, levels: tuple[int, ...]
) -> None:
    journal = journal_of(units, fee_bps, levels)
    sums = balances(journal)
    assert sum(sums.values()) == 0
    assert sums[PAYER] == -units
    assert all(sums[account] >= 0 for account in sums if account != PAYER)
    # Whatever is rounded off stays with the program: never less than its exact part.
    assert sums[PROGRAM] * 10_000 >= units * (10_000 - fee_bps - sum(levels))
    assert all(line.amount.units > 0 for line in journal.transfers)
    assert len({(line.debit, line.credit) for line in journal.transfers}) == len(journal.transfers)
