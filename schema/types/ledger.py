"""Double-entry bookkeeping as clients see it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import resolvers.ledger
import resolvers.ledger_sources
import resolvers.programs
from app.domain.postings import AccountKind as LedgerAccountKind
from app.domain.postings import EntryDirection as Direction
from app.domain.postings import JournalKind as LedgerTransactionKind
from app.domain.postings import MovementDirection
from app.store.reads.accounts import AccountRow
from app.store.reads.entries import EntryRow
from app.store.reads.journals import JournalRow
from schema.connection import Connection
from schema.fields import resolved
from schema.ids import IdPrefix
from schema.scalars import BigInt, Hex
from schema.types.money import Money
from schema.types.node import Node, public_id, shown_rows

if TYPE_CHECKING:
    from schema.types.programs import Program

strawberry.enum(Direction, name="Direction")
strawberry.enum(MovementDirection, name="MovementDirection")


@strawberry.type(
    description="One token Transfer into or out of the treasury. undone: the chain took it back. "
    "transactionHash and logIndex: null for a balance that was there at the beginning."
)
class Movement:
    direction: MovementDirection
    undone: bool
    amount: Money
    chain_id: BigInt
    block_number: BigInt
    block_hash: Hex
    transaction_hash: Hex | None
    log_index: int | None
    explorer_url: str | None = resolved(resolvers.ledger_sources.explorer_url)


@strawberry.type(
    description="A link of the chain of hashes over a program's ledger transactions, which shows a later change."
)
class Seal:
    number: BigInt
    hash: Hex
    previous_hash: Hex
    sealed_at: datetime


@strawberry.type(description="balance = credits - debits")
@shown_rows(AccountRow)
class LedgerAccount(Node):
    id: strawberry.ID = public_id(IdPrefix.LEDGER_ACCOUNT)
    program: Annotated["Program", strawberry.lazy("schema.types.programs")] = resolved(
        resolvers.programs.of_row
    )
    kind: LedgerAccountKind
    owner_id: strawberry.ID | None = resolved(resolvers.ledger.owner_id)
    owner: Node | None = resolved(
        resolvers.ledger_sources.owner,
        description="The affiliate or user of ownerId, as far as the caller sees them.",
    )
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
    source: Node | None = resolved(
        resolvers.ledger_sources.source,
        description="What it was posted for: an intent, a payout batch, a discrepancy, a balance adjustment or a "
        "reversal; null for a balance that was there at the beginning.",
    )
    movements: list[Movement] | None = resolved(
        resolvers.ledger_sources.movements,
        description="What it claims of the chain: the first 100.",
    )
    seal: Seal | None = resolved(
        resolvers.ledger_sources.seal,
        description="null for the seconds until it has one.",
    )
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
