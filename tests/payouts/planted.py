"""Batches as a planner may leave them, of any shape: several Safe transactions, chosen nonces, calls of nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.chain.address import ZERO_ADDRESS
from app.chain.payout_content import (
    Recipient,
    SafeCall,
    batch_content_hash,
    closing_call,
    content_hash,
    payout_call,
    planned_safe_transaction,
)
from app.chain.safe_hash import safe_tx_hash
from app.domain.ids import new_id
from sge.embedded.anvil import CHAIN_ID
from tests.payouts.world import PayoutProgram, PayoutWorld

_VERSION = "1.4.1"
_COMMISSIONS = """
SELECT c.id, c.amount, c.affiliate_id, a.wallet FROM commission c
  JOIN affiliate a ON a.program_id = c.program_id AND a.id = c.affiliate_id WHERE c.id = ANY($1::uuid[]) ORDER BY c.id
"""
_TAKE = """
WITH taken AS (
  UPDATE commission SET status = 'PENDING_APPROVAL' WHERE id = ANY($1::uuid[]) AND status = 'PAYABLE' RETURNING program_id, id
)
INSERT INTO commission_transition (program_id, commission_id, seq, from_status, to_status, at, actor)
SELECT t.program_id, t.id, 1 + (SELECT max(x.seq) FROM commission_transition x
                                 WHERE x.program_id = t.program_id AND x.commission_id = t.id),
       'PAYABLE', 'PENDING_APPROVAL', now(), 'test' FROM taken t
"""
_BATCH = """
INSERT INTO payout_batch (program_id, id, kind, currency, replaces, content_hash, payout_count, total, created_by,
                          created_at)
VALUES ($1, $2, 'PAYOUTS', 'USDC', $3, $4, $5, $6, $7, $8)
"""
_TRANSACTION = """
INSERT INTO safe_transaction (program_id, id, chain_id, safe, safe_version, safe_nonce, currency, token, to_address,
                              data, operation, hash, content_hash, payout_count, total, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
"""
_PROPOSED = """
INSERT INTO safe_transaction_transition (program_id, safe_transaction_id, seq, to_status, at, actor)
VALUES ($1, $2, 1, 'PROPOSED', now(), 'test')
"""
_LIST = "INSERT INTO payout_batch_transaction VALUES ($1, $2, $3, $4)"
_PAYOUT = """
INSERT INTO payout (program_id, id, safe_transaction_id, place, purpose, affiliate_id, destination, amount)
VALUES ($1, $2, $3, $4, 'COMMISSION', $5, $6, $7)
"""
_LINE = "INSERT INTO payout_line VALUES ($1, $2, $3, $4, $5)"


@dataclass(frozen=True)
class Planted:
    """A stored batch: its Safe transactions in order."""

    id: UUID
    content_hash: bytes
    transactions: Sequence[UUID]
    hashes: Sequence[bytes]


async def plant(
    world: PayoutWorld,
    program: PayoutProgram,
    groups: Sequence[Sequence[UUID]],
    *,
    first_nonce: int = 0,
    replaces: UUID | None = None,
    created_by: str = "api_key:test",
) -> Planted:
    """A batch with a Safe transaction for each group of commissions, one payout each; an empty group pays nobody."""
    batch_id, listed, contents, hashes = new_id(), [], [], []
    now, total, count = world.settling.clock(), 0, 0
    async with world.settling.admin.pool.acquire() as connection, connection.transaction():
        for offset, ids in enumerate(groups):
            rows = [dict(one) for one in await connection.fetch(_COMMISSIONS, list(ids))]
            await connection.execute(_TAKE, list(ids))
            transaction = _transaction(world, program, rows, first_nonce + offset)
            transaction_id = new_id()
            values = [program.id, transaction_id, *transaction, now]
            await connection.execute(_TRANSACTION, *values)
            await connection.execute(_PROPOSED, program.id, transaction_id)
            for place, row in enumerate(rows):
                payout_id = new_id()
                await connection.execute(
                    _PAYOUT,
                    program.id,
                    payout_id,
                    transaction_id,
                    place,
                    row["affiliate_id"],
                    row["wallet"],
                    row["amount"],
                )
                await connection.execute(
                    _LINE, program.id, transaction_id, row["id"], payout_id, row["amount"]
                )
            listed.append(transaction_id)
            hashes.append(transaction[9])
            contents.append(transaction[10])
            total += transaction[12]
            count += len(rows)
        content = batch_content_hash(contents)
        await connection.execute(
            _BATCH, program.id, batch_id, replaces, content, count, total, created_by, now
        )
        for place, one in enumerate(listed):
            await connection.execute(_LIST, program.id, batch_id, place, one)
    return Planted(batch_id, content, listed, hashes)


def _transaction(
    world: PayoutWorld, program: PayoutProgram, rows: Sequence[dict[str, Any]], nonce: int
) -> tuple[Any, ...]:
    deployment = world.chain.deployment
    recipients = [Recipient(row["wallet"], int(row["amount"])) for row in rows]
    token = deployment.token if rows else ZERO_ADDRESS
    call: SafeCall = (
        payout_call(deployment.multisend, token, recipients)
        if rows
        else closing_call(program.treasury)
    )
    planned = planned_safe_transaction(call, nonce)
    return (
        CHAIN_ID,
        program.treasury,
        _VERSION,
        nonce,
        "USDC" if rows else None,
        token,
        call.to,
        call.data,
        int(call.operation),
        safe_tx_hash(program.treasury, CHAIN_ID, _VERSION, planned),
        content_hash(CHAIN_ID, program.treasury, token, nonce, recipients),
        len(rows),
        sum(one.amount for one in recipients),
    )
