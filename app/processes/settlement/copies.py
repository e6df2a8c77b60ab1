"""Copies of a nonce: its own call, or a payment of nothing to oneself that uses the nonce up."""

from app.chain.fees import FeeEstimate
from app.chain.signer import Signer, UnsignedTransaction
from app.domain.transactions import CopyKind, NewTransaction, OpenTransaction, SignedCopy

CANCEL_GAS = 21_000


def signed_copy(
    signer: Signer,
    transaction: NewTransaction | OpenTransaction,
    kind: CopyKind,
    estimate: FeeEstimate,
    *,
    n: int = 1,
) -> SignedCopy:
    """The n-th copy of this transaction's nonce, at these fees."""
    cancels = kind is CopyKind.CANCEL
    unsigned = UnsignedTransaction(
        chain_id=transaction.chain_id,
        nonce=transaction.nonce,
        max_priority_fee_per_gas=estimate.fees.tip,
        max_fee_per_gas=estimate.fees.max_fee,
        gas_limit=CANCEL_GAS if cancels else transaction.gas_limit,
        to=signer.address if cancels else transaction.to,
        value=0,
        data=b"" if cancels else transaction.data,
    )
    return SignedCopy(transaction.id, n, kind, signer.sign(unsigned), estimate.fees, estimate.head)
