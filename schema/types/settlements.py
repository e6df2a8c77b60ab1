"""Settlements: the proof that an intent happened."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import resolvers.chain_transactions
import resolvers.commissions
import resolvers.intents
import resolvers.ledger
import resolvers.reversals
from app.store.reads.settlements import SettlementRow
from schema.fields import resolved
from schema.ids import IdPrefix
from schema.scalars import BigInt
from schema.types.ledger import LedgerTransaction
from schema.types.money import Money
from schema.types.node import Node, public_id, shown_rows
from schema.types.reversals import Reversal

if TYPE_CHECKING:
    from schema.types.chain_transactions import ChainTransaction
    from schema.types.commissions import Commission
    from schema.types.intents import Intent


@strawberry.type
@shown_rows(SettlementRow)
class Settlement(Node):
    id: strawberry.ID = public_id(IdPrefix.SETTLEMENT)
    intent: Annotated["Intent", strawberry.lazy("schema.types.intents")] = resolved(
        resolvers.intents.of_settlement
    )
    transaction: (
        Annotated["ChainTransaction", strawberry.lazy("schema.types.chain_transactions")] | None
    ) = resolved(resolvers.chain_transactions.of_row)
    amount: Money | None
    block_number: BigInt | None
    log_index: int | None
    confirmed_at: datetime
    ledger_transactions: list[LedgerTransaction] | None = resolved(
        resolvers.ledger.transactions_of_settlement
    )
    commissions: (
        list[Annotated["Commission", strawberry.lazy("schema.types.commissions")]] | None
    ) = resolved(resolvers.commissions.of_settlement)
    reversed: Money | None = resolved(resolvers.reversals.total)
    reversals: list[Reversal] | None = resolved(resolvers.reversals.of_settlement)
    undone_at: datetime | None
    gas_share: Money | None
