"""One payout batch as JSON (docs/payout-document.md), written piece by piece."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any
from uuid import UUID

import orjson

from app.chain.payout_document import FORMAT, VERSION
from app.domain.exports import ExportOrder
from app.store.database import ReadSession
from app.store.reads import batch_export
from schema.ids import IdPrefix, encode_id
from schema.scalars import format_date_time
from schema.transport.export_csv import Record

_PAYOUTS = 200
_LINE_IDS = {"COMMISSION": IdPrefix.COMMISSION, "REFUND": IdPrefix.REVERSAL}


async def document_of(session: ReadSession, order: ExportOrder) -> AsyncGenerator[bytes, None]:
    """The whole document; the batch was there when the link was made, and batches are never deleted."""
    batch_id = UUID(order.filter["batchId"])
    batch = await batch_export.batch(session, batch_id)
    assert batch is not None
    transactions = await batch_export.safe_transactions(session, batch_id)
    yield _open(_head(batch, transactions), "safeTransactions")
    for number, transaction in enumerate(transactions):
        yield b"," * bool(number) + _open(_transaction(transaction), "payouts")
        async for portion in _payouts(session, transaction["id"]):
            yield portion
        yield b"]}"
    yield b"]}\n"


async def _payouts(session: ReadSession, transaction_id: UUID) -> AsyncGenerator[bytes, None]:
    portion: list[bytes] = []
    comma = b""
    async for record in batch_export.payouts(session, transaction_id):
        portion.append(orjson.dumps(_payout(record)))
        if len(portion) >= _PAYOUTS:
            yield comma + b",".join(portion)
            portion, comma = [], b","
    if portion:
        yield comma + b",".join(portion)


def _open(members: dict[str, Any], last: str) -> bytes:
    """An object whose last member is a list that is still to be written."""
    return orjson.dumps(members)[:-1] + b"," + orjson.dumps(last) + b":["


def _head(batch: Record, transactions: Sequence[Record]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "batch": encode_id(IdPrefix.PAYOUT_BATCH, batch["id"]),
        "kind": batch["kind"],
        "createdAt": format_date_time(batch["created_at"]),
        "createdBy": batch["created_by"],
        "chainId": transactions[0]["chain_id"],
        "safe": transactions[0]["safe"],
        "safeVersion": transactions[0]["safe_version"],
        "contentHash": _hex(batch["content_hash"]),
    }


def _transaction(row: Record) -> dict[str, Any]:
    return {
        "nonce": str(row["safe_nonce"]),
        "currency": row["currency"],
        "decimals": row["decimals"],
        "token": row["token"],
        "to": row["to_address"],
        "operation": row["operation"],
        "data": _hex(row["data"]),
        "total": str(row["total"]),
        "hash": _hex(row["hash"]),
        "contentHash": _hex(row["content_hash"]),
        "status": row["status"],
        "death": row["death"],
        "signatures": [
            {"owner": owner, "signature": _hex(signature), "contract": contract}
            for owner, signature, contract in zip(
                row["owners"] or (), row["signatures"] or (), row["contracts"] or (), strict=True
            )
        ],
        "execution": _execution(row),
    }


def _execution(row: Record) -> dict[str, Any] | None:
    if row["executed_tx_hash"] is None:
        return None
    return {
        "transactionHash": _hex(row["executed_tx_hash"]),
        "blockNumber": row["executed_block"],
        "blockHash": _hex(row["executed_block_hash"]),
        "logIndex": row["executed_log_index"],
    }


def _payout(row: Record) -> dict[str, Any]:
    purpose = row["purpose"]
    payee = {"COMMISSION": "referralCode", "REFUND": "wallet"}.get(purpose)
    return {
        "id": encode_id(IdPrefix.PAYOUT, row["id"]),
        "purpose": purpose,
        **({payee: row["referral_code"] or row["wallet"]} if payee else {}),
        "destination": row["destination"],
        "amount": str(row["amount"]),
        "logIndex": row["log_index"],
        "lines": [
            {"kind": purpose, "id": _line_id(purpose, line_id), "amount": amount}
            for line_id, amount in zip(row["ids"], row["amounts"], strict=True)
        ],
    }


def _line_id(purpose: str, line_id: UUID) -> str:
    """A withdrawal is no object of the API: its own UUID."""
    prefix = _LINE_IDS.get(purpose)
    return str(line_id) if prefix is None else encode_id(prefix, line_id)


def _hex(value: bytes) -> str:
    return "0x" + value.hex()
