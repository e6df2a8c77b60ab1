"""Safe transactions: what owners sign."""

from typing import Any

from strawberry import Parent

from app.chain.payout_content import typed_data
from app.chain.safe_hash import SafeOperation, SafeTransaction
from app.store.reads import safe_transactions as reads
from app.store.reads.payout_batches import PayoutBatchRow
from app.store.reads.safe_transactions import OwnerSignatureRow, SafeTransactionRow
from resolvers.access import Info, load_one


async def of_batch(root: Parent[PayoutBatchRow], info: Info) -> list[SafeTransactionRow]:
    """What owners sign, in nonce order."""
    rows: list[SafeTransactionRow] = await load_one(
        info, reads.of_batches, root.program_key, root.id
    )
    return rows


async def signatures(root: Parent[SafeTransactionRow], info: Info) -> list[OwnerSignatureRow]:
    """Whose signatures are stored."""
    rows: list[OwnerSignatureRow] = await load_one(
        info, reads.signatures, root.program_key, root.id
    )
    return rows


def document(root: Parent[SafeTransactionRow]) -> dict[str, Any]:
    """The EIP-712 document that a wallet signs."""
    transaction = SafeTransaction(
        to=root.to,
        value=0,
        data=root.data,
        operation=SafeOperation(root.operation),
        nonce=root.nonce,
    )
    return typed_data(root.safe, root.chain_id, root.safe_version, transaction)
