"""Payouts: batches that owners sign, and what each recipient gets."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import resolvers.affiliates
import resolvers.payout_batches
import resolvers.payouts
import resolvers.programs
import resolvers.safe_transactions
import resolvers.users
from app.domain.payouts import BatchChangeKind, PayoutPurpose, PayoutStatus
from app.domain.payouts import BatchStatus as PayoutBatchStatus
from app.store.reads.payout_batches import PayoutBatchRow
from app.store.reads.payouts import PayoutRow
from schema.connection import Connection
from schema.fields import resolved
from schema.ids import IdPrefix
from schema.scalars import Address, Hex
from schema.types.blockers import Blocker
from schema.types.money import Money
from schema.types.node import Node, public_id, shown_rows
from schema.types.safe_transactions import SafeTransaction

if TYPE_CHECKING:
    from schema.types.affiliates import Affiliate
    from schema.types.commissions import Commission
    from schema.types.programs import Program
    from schema.types.users import User

strawberry.enum(BatchChangeKind, name="BatchChangeKind")
strawberry.enum(PayoutPurpose, name="PayoutPurpose")
strawberry.enum(PayoutStatus, name="PayoutStatus")


@strawberry.type(
    description="To an affiliate (COMMISSION), to a user (REFUND), "
    "or to the program's own or the platform's address (WITHDRAWAL)."
)
@shown_rows(PayoutRow)
class Payout(Node):
    id: strawberry.ID = public_id(IdPrefix.PAYOUT)
    batch: Annotated["PayoutBatch", strawberry.lazy("schema.types.payouts")] | None = resolved(
        resolvers.payout_batches.of_payout
    )
    purpose: PayoutPurpose
    affiliate: Annotated["Affiliate", strawberry.lazy("schema.types.affiliates")] | None = resolved(
        resolvers.affiliates.of_row
    )
    user: Annotated["User", strawberry.lazy("schema.types.users")] | None = resolved(
        resolvers.users.of_row
    )
    destination: Address
    amount: Money
    index: int
    safe_transaction_index: int
    status: PayoutStatus
    transaction_hash: Hex | None
    log_index: int | None
    failure: str | None
    commissions: Connection[
        Annotated["Commission", strawberry.lazy("schema.types.commissions")]
    ] = resolved(resolvers.payouts.commissions)


@strawberry.type
class BatchChange:
    kind: BatchChangeKind
    affiliate: Annotated["Affiliate", strawberry.lazy("schema.types.affiliates")] | None = resolved(
        resolvers.affiliates.of_row
    )
    message: str


@strawberry.type
class ExcludedPayout:
    affiliate: Annotated["Affiliate", strawberry.lazy("schema.types.affiliates")] | None = resolved(
        resolvers.affiliates.of_row
    )
    user: Annotated["User", strawberry.lazy("schema.types.users")] | None = resolved(
        resolvers.users.of_row
    )
    destination: Address
    amount: Money
    reason: str


@strawberry.type
@shown_rows(PayoutBatchRow)
class PayoutBatch(Node):
    id: strawberry.ID = public_id(IdPrefix.PAYOUT_BATCH)
    program: Annotated["Program", strawberry.lazy("schema.types.programs")] = resolved(
        resolvers.programs.of_row
    )
    currency: str
    status: PayoutBatchStatus
    version: int
    total: Money
    payout_count: int
    payouts: Connection[Payout] = resolved(resolvers.payouts.of_batch)
    safe_transactions: list[SafeTransaction] = resolved(
        resolvers.safe_transactions.of_batch, description="What owners sign, in nonce order."
    )
    required_approvals: int
    content_hash: Hex = strawberry.field(
        description="keccak256 over the contentHash of each Safe transaction, in order."
    )
    replaces: Annotated["PayoutBatch", strawberry.lazy("schema.types.payouts")] | None = resolved(
        resolvers.payout_batches.replaces
    )
    changes: Connection[BatchChange] = resolved(
        resolvers.payout_batches.changes,
        description="What differs from the program's last paid batch.",
    )
    excluded: Connection[ExcludedPayout] = resolved(
        resolvers.payout_batches.excluded,
        description="Recipients that the simulation refused before signatures were asked for.",
    )
    blockers: list[Blocker] = resolved(resolvers.payout_batches.blockers)
    created_by: str
    created_at: datetime
    executed_at: datetime | None
    failure: str | None
