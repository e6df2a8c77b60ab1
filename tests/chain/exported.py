"""The export of a batch as a document, made by hand from a treasury's transactions."""

from collections.abc import Sequence
from typing import Any

from web3.types import TxReceipt

from app.chain.payout_content import Recipient, batch_content_hash, content_hash
from app.chain.safe_execution import OwnerSignature
from app.chain.safe_hash import SafeTransaction
from tests.chain.treasury import Treasury

ZERO = "0x" + "0" * 40


def hexed(value: bytes) -> str:
    return "0x" + value.hex()


def document(treasury: Treasury, transactions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    hashes = [bytes.fromhex(one["contentHash"][2:]) for one in transactions]
    return {
        "format": "sge.payout-batch",
        "version": 1,
        "batch": "batch 1",
        "chainId": treasury.chain.web3.eth.chain_id,
        "safe": treasury.safe,
        "safeVersion": "1.4.1",
        "contentHash": hexed(batch_content_hash(hashes)),
        "safeTransactions": list(transactions),
    }


def exported(
    treasury: Treasury,
    transaction: SafeTransaction,
    paid: Sequence[Recipient],
    signatures: Sequence[OwnerSignature],
    *,
    receipt: TxReceipt | None = None,
    status: str = "PROPOSED",
) -> dict[str, Any]:
    chain_id = treasury.chain.web3.eth.chain_id
    token = treasury.chain.deployment.token if paid else ZERO
    indexes = _log_indexes(receipt)
    return {
        "nonce": str(transaction.nonce),
        "currency": "USDC" if paid else None,
        "decimals": 6 if paid else None,
        "token": token,
        "to": transaction.to,
        "operation": int(transaction.operation),
        "data": hexed(transaction.data),
        "total": str(sum(one.amount for one in paid)),
        "hash": hexed(treasury.own_hash_of(transaction)),
        "contentHash": hexed(content_hash(chain_id, treasury.safe, token, transaction.nonce, paid)),
        "status": status if receipt is None else "EXECUTED",
        "death": None,
        "signatures": [
            {"owner": one.owner, "signature": hexed(one.signature), "contract": one.contract}
            for one in signatures
        ],
        "payouts": [
            {
                "purpose": "COMMISSION",
                "referralCode": f"CODE{place}",
                "destination": one.destination,
                "amount": str(one.amount),
                "lines": [
                    _line(transaction, place, "a", one.amount + 5),
                    _line(transaction, place, "b", -5),
                ],
                "logIndex": indexes[place] if receipt else None,
            }
            for place, one in enumerate(paid)
        ],
        "execution": None
        if receipt is None
        else {
            "transactionHash": hexed(bytes(receipt["transactionHash"])),
            "blockNumber": receipt["blockNumber"],
            "blockHash": hexed(bytes(receipt["blockHash"])),
            "logIndex": indexes[-1],
        },
    }


def _line(transaction: SafeTransaction, place: int, name: str, amount: int) -> dict[str, Any]:
    return {
        "kind": "COMMISSION",
        "id": f"commission {transaction.nonce}/{place}{name}",
        "amount": str(amount),
    }


def _log_indexes(receipt: TxReceipt | None) -> list[int]:
    return [] if receipt is None else [log["logIndex"] for log in receipt["logs"]]
