"""Intents that stand still, as rows: accepted an hour ago, and still somewhere on the way."""

import os
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from tests.api.filled import FilledProgram
from tests.storage.seeds import wallet

_LANE = """
INSERT INTO lane (id, chain_id, relayer, next_nonce, balance_wei, created_at)
SELECT gen_random_uuid(), 31337, $1, 0, 1000000000000000000, now()
ON CONFLICT (chain_id, relayer) DO UPDATE SET balance_wei = excluded.balance_wei RETURNING id
"""
_USERS = """
INSERT INTO program_user (program_id, public_id, wallet, created_at, registered_at)
SELECT $1, gen_random_uuid(), w, $3, $3 FROM unnest($2::text[]) w
"""
_INTENTS = """
INSERT INTO intent (program_id, id, kind, idempotency_key, request_hash, on_chain_id, chain_id, wallet, user_id, amount,
                    currency, payload, terms_version, upline, created_by, created_at)
SELECT $1, n.id, 'PAYMENT', n.id::text, '', sha256(n.id::text::bytea), 31337, n.wallet, u.id, 1000000, 'USDC', '{}', 1, '{}', 'test',
       $4
  FROM unnest($2::uuid[], $3::text[]) AS n (id, wallet)
  JOIN program_user u ON u.program_id = $1 AND u.wallet = n.wallet
"""
_STATES = """
INSERT INTO intent_state (program_id, intent_id, status, stage, updated_at)
SELECT $1, id, 'PENDING', 'QUEUED', $3 FROM unnest($2::uuid[]) id
"""
_MOVED = """
INSERT INTO intent_transition (program_id, intent_id, seq, from_status, to_status, stage, at, actor, reason)
SELECT $1, id, 1, NULL, 'PENDING', 'QUEUED', $3, 'test', NULL FROM unnest($2::uuid[]) id
"""
_TODO = """
INSERT INTO intent_todo (program_id, intent_id, chain_id, due_at) SELECT $1, id, 31337, $3 FROM unnest($2::uuid[]) id
"""
_TRANSACTION = """
INSERT INTO chain_transaction (id, lane_id, chain_id, nonce, purpose, from_address, to_address, data, gas_limit,
                               payload_hash, created_at)
SELECT gen_random_uuid(), l.id, 31337, 1000 + (SELECT count(*) FROM chain_transaction), 'SETTLE', l.relayer, l.relayer, '', 100000,
       '', $2 FROM lane l WHERE l.id = $1 RETURNING id
"""
_COPY = """
INSERT INTO signed_copy (chain_transaction_id, n, kind, raw, hash, max_fee_per_gas, max_priority_fee_per_gas,
                         head_number, sends, last_error, created_at)
VALUES ($1, 1, 'PAYLOAD', '', $2, 1, 1, 1, 3, 'Underpriced: transaction underpriced', $3)
"""
_CARRIED = """
UPDATE intent_state SET status = 'PROCESSING', stage = 'BROADCAST', version = 2, attempts = 1, chain_transaction_id = $3, updated_at = $4
 WHERE program_id = $1 AND intent_id = $2
"""
_ATTEMPT = """
INSERT INTO intent_attempt (program_id, intent_id, number, chain_transaction_id, item_index, live, started_at)
VALUES ($1, $2, 1, $3, 0, true, $4)
"""
_WATCHED = """
INSERT INTO chain_watch (chain_id, head_number, head_at, final_number, required_confirmations, updated_at)
VALUES (31337, 100, $1, 98, 2, $1) ON CONFLICT (chain_id) DO UPDATE SET head_at = $1, updated_at = $1
"""


@dataclass
class LeftBehind:
    """Adds them to a program. ago: how long they wait."""

    filled: FilledProgram
    made: int = 0

    async def queued(self, count: int, ago: timedelta) -> list[UUID]:
        """PENDING, and due since they came."""
        owner, key, at = self.filled.owner, self.filled.key, self.filled.now - ago
        ids = [id_of(at.timestamp()) for _ in range(count)]
        wallets = [wallet(900_000 + key * 1000 + self.made + n) for n in range(count)]
        self.made += count
        await owner.execute(_USERS, key, wallets, at)
        await owner.execute(_INTENTS, key, ids, wallets, at)
        for statement in (_STATES, _MOVED, _TODO):
            await owner.execute(statement, key, ids, at)
        return ids

    async def sent(self, count: int, ago: timedelta) -> list[UUID]:
        """Each in a transaction of its own, which a node has and no block."""
        owner, key, at = self.filled.owner, self.filled.key, self.filled.now - ago
        lane = await owner.fetchval(_LANE, wallet(2))
        ids = await self.queued(count, ago)
        await owner.execute("DELETE FROM intent_todo WHERE intent_id = ANY($1)", ids)
        for id_ in ids:
            transaction = await owner.fetchval(_TRANSACTION, lane, at)
            await owner.execute(_COPY, transaction, os.urandom(32), at)
            await owner.execute(_ATTEMPT, key, id_, transaction, at)
            await owner.execute(_CARRIED, key, id_, transaction, at)
        return ids

    async def watched(self) -> None:
        """The chain has a block of this moment, and somebody who looks."""
        await self.filled.owner.execute(_WATCHED, self.filled.now)


def id_of(seconds: float) -> UUID:
    """An id (uuid version 7) as it was made then."""
    value = int(seconds * 1000) << 80 | int.from_bytes(os.urandom(8)) >> 2
    return UUID(int=value | 0x7 << 76 | 0b10 << 62)
