"""Double-entry bookkeeping as values: journals, their transfers, and the movements they claim.

A transfer is one amount from a debit to a credit account, so nothing unbalanced can be said. Balance = credits - debits.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.money import Money


class AccountKind(StrEnum):
    """LedgerAccountKind of the contract. USER, AFFILIATE and REFUND have an owner; the others are the program's."""

    USER = "USER"
    DEPOSIT = "DEPOSIT"
    PROGRAM = "PROGRAM"
    AFFILIATE = "AFFILIATE"
    REFUND = "REFUND"
    PAYOUT_IN_FLIGHT = "PAYOUT_IN_FLIGHT"
    PAID_OUT = "PAID_OUT"
    PROVIDER = "PROVIDER"
    PLATFORM = "PLATFORM"
    SUSPENSE = "SUSPENSE"


class JournalKind(StrEnum):
    """LedgerTransactionKind of the contract."""

    SETTLEMENT = "SETTLEMENT"
    PAYOUT_HOLD = "PAYOUT_HOLD"
    PAYOUT_RELEASE = "PAYOUT_RELEASE"
    PAYOUT = "PAYOUT"
    DEPOSIT = "DEPOSIT"
    WITHDRAWAL = "WITHDRAWAL"
    ADJUSTMENT = "ADJUSTMENT"
    REVERSAL = "REVERSAL"


class MovementDirection(StrEnum):
    IN = "IN"
    OUT = "OUT"


@dataclass(frozen=True, slots=True)
class Account:
    """An account of a program, by what it is for. owner_id: the affiliate or user; 0 for the program's own."""

    kind: AccountKind
    owner_id: int = 0


PROGRAM = Account(AccountKind.PROGRAM)
PLATFORM = Account(AccountKind.PLATFORM)
DEPOSIT = Account(AccountKind.DEPOSIT)
SUSPENSE = Account(AccountKind.SUSPENSE)
PAID_OUT = Account(AccountKind.PAID_OUT)
PROVIDER = Account(AccountKind.PROVIDER)
IN_FLIGHT = Account(AccountKind.PAYOUT_IN_FLIGHT)


@dataclass(frozen=True, slots=True)
class Transfer:
    """One amount, above zero. purpose tells payment, fee and commission apart inside a journal."""

    purpose: str
    amount: Money
    debit: Account
    credit: Account


@dataclass(frozen=True, slots=True)
class Movement:
    """One token Transfer log into or out of a treasury, claimed by exactly one journal.

    log_index below 0 is the opening balance of the currency at place -n - 1, read where watching begins.
    undone: the mirror of a log that the chain took back.
    """

    chain_id: int
    block_number: int
    block_hash: bytes
    log_index: int
    direction: MovementDirection
    amount: Money
    tx_hash: bytes | None = None
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Journal:
    """One business event. (kind, reference) never repeats in a program."""

    public_id: UUID
    kind: JournalKind
    reference: str
    effective_at: datetime
    transfers: tuple[Transfer, ...]
    movements: tuple[Movement, ...] = ()
    reverses: int | None = None
    description: str | None = None


class EntryDirection(StrEnum):
    """Direction of the contract: which side of a transfer an entry shows."""

    DEBIT = "DEBIT"
    CREDIT = "CREDIT"
