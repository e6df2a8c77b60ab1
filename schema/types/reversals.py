"""Reversals: what was taken back of settlements."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import resolvers.payouts
import resolvers.reversals
from app.store.reads.reversals import ReversalRow
from schema.fields import resolved
from schema.ids import IdPrefix
from schema.types.ledger import LedgerTransaction
from schema.types.money import Money
from schema.types.node import Node, public_id, shown_rows

if TYPE_CHECKING:
    from schema.types.payouts import Payout


@strawberry.type
@shown_rows(ReversalRow)
class Reversal(Node):
    id: strawberry.ID = public_id(IdPrefix.REVERSAL)
    amount: Money
    at: datetime
    actor: str
    reason: str
    refund: Annotated["Payout", strawberry.lazy("schema.types.payouts")] | None = resolved(
        resolvers.payouts.of_reversal
    )
    ledger_transaction: LedgerTransaction | None = resolved(resolvers.reversals.journal)
