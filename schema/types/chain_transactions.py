"""Chain transactions."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import resolvers.chain_transactions
import resolvers.intents
from app.domain.states import ChainTransactionStatus
from app.store.reads.chain_transactions import ChainTransactionRow
from schema.connection import Connection
from schema.fields import resolved
from schema.ids import IdPrefix
from schema.scalars import Address, BigInt, Hex
from schema.types.money import Money
from schema.types.node import Node, public_id, shown_rows

if TYPE_CHECKING:
    from schema.types.intents import Intent

strawberry.enum(
    ChainTransactionStatus,
    name="ChainTransactionStatus",
    description="DISPLACED: at finality another transaction that we did not sign has used its nonce; "
    "its items are free.",
)


@strawberry.type
class SignedCopy:
    hash: Hex
    max_fee_per_gas: BigInt
    max_priority_fee_per_gas: BigInt
    sends: int
    last_error: str | None
    created_at: datetime
    mined: bool


@strawberry.type
class Receipt:
    block_number: BigInt
    block_hash: Hex
    gas_used: BigInt
    cost: Money


@strawberry.type(
    description="One nonce of one relayer, with every signed copy of it. "
    "hash: the mined copy, or the newest."
)
@shown_rows(ChainTransactionRow)
class ChainTransaction(Node):
    id: strawberry.ID = public_id(IdPrefix.CHAIN_TRANSACTION)
    chain_id: BigInt
    from_: Address = strawberry.field(name="from")
    to: Address
    nonce: BigInt
    status: ChainTransactionStatus
    hash: Hex
    copies: list[SignedCopy] = resolved(resolvers.chain_transactions.copies)
    receipt: Receipt | None
    confirmations: int
    explorer_url: str | None = resolved(resolvers.chain_transactions.explorer_url)
    intents: Connection[Annotated["Intent", strawberry.lazy("schema.types.intents")]] = resolved(
        resolvers.intents.of_chain_transaction, description="Of the asking program."
    )
    created_at: datetime
