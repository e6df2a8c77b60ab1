"""Tries are ended by the keys of their intents, also on a connection that planned this while the tables were empty: a new
database has no statistics, and its first day may be busy.
"""

from functools import partial
from uuid import UUID

import asyncpg

from app.store.database import Database as Pool
from app.store.intents import attempts
from app.store.intents.attempts import AttemptEnd, GasWeights
from tests.fixtures.databases import Database
from tests.storage.seeds import AT, SeededProgram, wallet
from tests.storage.test_stuck_plan import SEED, milliseconds

BATCHES, A_BATCH = 30, 200
_NO_STATISTICS = "ALTER TABLE {table} SET (autovacuum_enabled = false)"
_LANE = """
INSERT INTO lane (id, chain_id, relayer, next_nonce, created_at) VALUES ($1, 31337, $2, 1, $3) ON CONFLICT DO NOTHING
"""
_TRANSACTIONS = """
INSERT INTO chain_transaction (id, lane_id, chain_id, nonce, purpose, from_address, to_address, data, gas_limit, payload_hash,
                               cost_wei, created_at)
SELECT gen_random_uuid(), $1, 31337, n, 'SETTLE', $2, $2, '', 1, '', 1000003, $3 FROM generate_series($4::integer, $5) n
"""
_ATTEMPTS = """
INSERT INTO intent_attempt (program_id, intent_id, number, chain_transaction_id, item_index, live, started_at)
SELECT p.program_id, p.id, 1, t.id, p.place % $2, true, $3
  FROM (SELECT i.program_id, i.id, row_number() OVER (ORDER BY i.id) - 1 AS place FROM intent i
         WHERE i.program_id = $1 AND NOT EXISTS (SELECT FROM intent_attempt a WHERE a.intent_id = i.id)) p
  JOIN chain_transaction t ON t.nonce = p.place / $2 + $4
"""
_ABOARD = """
SELECT intent_id FROM intent_attempt a JOIN chain_transaction t ON t.id = a.chain_transaction_id WHERE t.nonce = $1
"""
_READ = """
SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables WHERE relname IN ('intent', 'intent_attempt')
"""


async def sign(
    owner: asyncpg.Connection, program: SeededProgram, first: int, batches: int, size: int
) -> None:
    """So many batches, each a transaction that carries so many payments; their nonces begin with the first."""
    began = milliseconds(AT) + first * 1_000_000
    lane = UUID(int=1), wallet(1), AT
    await owner.execute(SEED, program.id, program.users[0], began, f"{first} ", batches * size)
    await owner.execute(_LANE, *lane)
    await owner.execute(_TRANSACTIONS, *lane, first, first + batches - 1)
    await owner.execute(_ATTEMPTS, program.id, size, AT, first)


async def end(owner: asyncpg.Connection, worker: Pool, program: SeededProgram, nonce: int) -> int:
    """How many rows that reads."""
    transaction = await owner.fetchval("SELECT id FROM chain_transaction WHERE nonce = $1", nonce)
    ends = [AttemptEnd(row["intent_id"]) for row in await owner.fetch(_ABOARD, nonce)]
    finish = partial(attempts.finish, weights=GasWeights(3, 2, 4), at=AT)
    async with worker.write(program.id) as unit:
        before: int = await unit.connection.fetchval(_READ)
        shares = await finish(unit, program.id, transaction, ends)
        assert len(shares) == len(ends)
        assert sum(share or 0 for share in shares.values()) == 1_000_003
        return int(await unit.connection.fetchval(_READ)) - before


async def test_a_batch_is_ended_by_its_keys_though_the_tables_were_empty(
    owner: asyncpg.Connection, database: Database, program: SeededProgram
) -> None:
    for table in ("intent", "intent_attempt", "chain_transaction"):
        await owner.execute(_NO_STATISTICS.format(table=table))
    worker = await Pool.connect(database.dsn("sge_worker"), maximum=1)
    await sign(owner, program, 1, 8, 1)
    for nonce in range(1, 9):  # as often as it takes to keep a plan
        await end(owner, worker, program, nonce)
    await sign(owner, program, 100, BATCHES, A_BATCH)
    read = await end(owner, worker, program, 100)
    await worker.close()
    # Each try twice, to share the cost and to end it; its intent once.
    assert read <= 3 * A_BATCH + 50, read
