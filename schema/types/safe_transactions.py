"""Safe transactions: what owners sign."""

from datetime import datetime

import strawberry

import resolvers.chain_transactions
import resolvers.safe_transactions
from app.domain.payouts import Death as SafeTransactionDeath
from app.domain.states import SafeTransactionStatus
from app.store.reads.safe_transactions import SafeTransactionRow
from schema.fields import resolved
from schema.ids import IdPrefix
from schema.scalars import JSON, Address, BigInt, Hex
from schema.types.chain_transactions import ChainTransaction
from schema.types.money import Money
from schema.types.node import Node, public_id, shown_rows

strawberry.enum(
    SafeTransactionStatus,
    name="SafeTransactionStatus",
    description="PROPOSED -> APPROVED -> EXECUTING -> EXECUTED or DEAD, read from the Safe at a final block, "
    "whoever sent it. death: why it is not to be executed any more; it stays open until the Safe's nonce is "
    "beyond its own.",
)
strawberry.enum(SafeTransactionDeath, name="SafeTransactionDeath")


@strawberry.type
class OwnerSignature:
    owner: Address
    signature: Hex
    at: datetime


@strawberry.type
class Simulation:
    at: datetime
    block_number: BigInt
    passed: int
    refused: int
    gas_estimate: BigInt


@strawberry.type(
    description="One Safe multi-send. typedData is the EIP-712 document a wallet signs with eth_signTypedData_v4. "
    "contentHash = keccak256(abi.encode(chainId, safe, token, safeNonce, address[], uint256[]))."
)
@shown_rows(SafeTransactionRow)
class SafeTransaction(Node):
    id: strawberry.ID = public_id(IdPrefix.SAFE_TRANSACTION)
    index: int
    status: SafeTransactionStatus
    death: SafeTransactionDeath | None
    safe: Address
    nonce: BigInt
    to: Address
    data: Hex
    operation: int
    hash: Hex
    content_hash: Hex
    typed_data: JSON = resolved(resolvers.safe_transactions.document)
    payout_count: int
    total: Money
    signatures: list[OwnerSignature] = resolved(resolvers.safe_transactions.signatures)
    simulation: Simulation | None
    transaction_hash: Hex | None
    transaction: ChainTransaction | None = resolved(resolvers.chain_transactions.of_row)
