"""Double-entry bookkeeping as clients see it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import resolvers.ledger
import resolvers.programs
from app.domain.postings import AccountKind as LedgerAccountKind
from app.domain.postings import EntryDirection as Direction
from app.domain.postings import JournalKind as LedgerTransactionKind
from app.store.reads.accounts import AccountRow
from app.store.reads.entries import EntryRow
from app.store.reads.journals import JournalRow
from schema.connection import Connection
from schema.fields import resolved
from schema.ids import IdPrefix
from schema.types.money import Money
from schema.types.node import Node, public_id, shown_rows

if TYPE_CHECKING:
    from schema.types.programs import Program

strawberry.enum(Direction, name="Direction")


@strawberry.type(description="balance = credits - debits")
@shown_rows(AccountRow)
class LedgerAccount(Node):
    id: strawberry.ID = public_id(IdPrefix.LEDGER_ACCOUNT)
    program: Annotated["Program", strawberry.lazy("schema.types.programs")] = resolved(
        resolvers.programs.of_row
    )
    kind: LedgerAccountKind
    owner_id: strawberry.ID | None = resolved(resolvers.ledger.owner_id)
    currency: str
    debits: Money
    credits: Money
    balance: Money = resolved(resolvers.ledger.balance)
    entries: Connection[Annotated["LedgerEntry", strawberry.lazy("schema.types.ledger")]] = (
        resolved(resolvers.ledger.entries_of_account)
    )


@strawberry.type
@shown_rows(JournalRow)
class LedgerTransaction(Node):
    id: strawberry.ID = public_id(IdPrefix.LEDGER_TRANSACTION)
    program: Annotated["Program", strawberry.lazy("schema.types.programs")] = resolved(
        resolvers.programs.of_row
    )
    kind: LedgerTransactionKind
    reference: str
    description: str | None
    effective_at: datetime
    posted_at: datetime
    entries: Connection[Annotated["LedgerEntry", strawberry.lazy("schema.types.ledger")]] | None = (
        resolved(resolvers.ledger.entries_of_transaction)
    )
    reverses: Annotated["LedgerTransaction", strawberry.lazy("schema.types.ledger")] | None = (
        resolved(resolvers.ledger.reverses)
    )
    reversals: list[Annotated["LedgerTransaction", strawberry.lazy("schema.types.ledger")]] = (
        resolved(resolvers.ledger.reversals)
    )


@strawberry.type(
    description="One side of one transfer. "
    "purpose tells payment, fee and commission apart inside a SETTLEMENT."
)
@shown_rows(EntryRow)
class LedgerEntry(Node):
    id: strawberry.ID = resolved(resolvers.ledger.entry_id)
    transaction: LedgerTransaction | None = resolved(resolvers.ledger.transaction_of_entry)
    account: LedgerAccount = resolved(resolvers.ledger.account_of_entry)
    direction: Direction
    amount: Money
    purpose: str
    balance_after: Money = resolved(
        resolvers.ledger.balance_after,
        description="Balance of the account after this entry.",
    )
    effective_at: datetime
    posted_at: datetime


@strawberry.type
class TrialBalanceRow:
    kind: LedgerAccountKind
    accounts: int
    debits: Money
    credits: Money


@strawberry.type
class TrialBalance:
    currency: str
    as_of: datetime
    total_debits: Money
    total_credits: Money
    balanced: bool
    rows: list[TrialBalanceRow]
