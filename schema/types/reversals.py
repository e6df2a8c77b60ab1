"""Reversals: what was taken back of settlements."""

from datetime import datetime

import strawberry

import resolvers.reversals
from app.store.reads.reversals import ReversalRow
from schema.fields import resolved
from schema.ids import IdPrefix
from schema.types.ledger import LedgerTransaction
from schema.types.money import Money
from schema.types.node import Node, public_id, shown_rows


@strawberry.type
@shown_rows(ReversalRow)
class Reversal(Node):
    id: strawberry.ID = public_id(IdPrefix.REVERSAL)
    amount: Money
    at: datetime
    actor: str
    reason: str
    ledger_transaction: LedgerTransaction | None = resolved(resolvers.reversals.journal)
