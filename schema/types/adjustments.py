"""Adjustments of terminated affiliates' balances."""

import strawberry

import resolvers.adjusting_balances
import resolvers.affiliates
from app.store.reads.adjustments import AdjustmentRow
from schema.fields import resolved
from schema.ids import IdPrefix
from schema.types.affiliates import Affiliate
from schema.types.ledger import LedgerTransaction
from schema.types.money import Money
from schema.types.node import Node, public_id, shown_rows


@strawberry.type(
    description="Forfeits or writes off a terminated affiliate's balance; takes two persons."
)
@shown_rows(AdjustmentRow)
class BalanceAdjustment(Node):
    id: strawberry.ID = public_id(IdPrefix.BALANCE_ADJUSTMENT)
    affiliate: Affiliate = resolved(resolvers.affiliates.of_adjustment)
    amount: Money
    reason: str
    proposed_by: str
    approved_by: str | None
    ledger_transaction: LedgerTransaction | None = resolved(resolvers.adjusting_balances.journal)
