"""Snapshots and stretches of a program that came after the statistics were made read its rows a few times: a plan that expects
one or two may take any index, and read them all for each account.
"""

import json

import asyncpg

from app.processes.snapshot_accounts import snapshot_accounts
from app.store.database import Database as Pool
from app.store.ledger import snapshots
from app.store.ledger.ledger_proof import snapshot_faults
from app.store.rollups.kept_sums import KEPT_SUMS, KeptSum, joined_by_hash
from tests.storage.bells import SilentBells
from tests.storage.seeds import AT, SeededProgram, add_program

_EVERY, _ACCOUNTS, _JOURNALS = 500, 1_000, 2_000
_TABLES = ("transfer", "account", "journal", "journal_stretch")
_BY_HAND = "ALTER TABLE {0} SET (autovacuum_enabled = false); ALTER TABLE {0} DISABLE TRIGGER USER"
_OPEN = """
INSERT INTO account (program_id, currency, kind, owner_id, created_at)
SELECT $1, 'USD', 'USER', n, $2 FROM generate_series(1, $3::integer) n
"""
_WRITE_DOWN = """
INSERT INTO journal (program_id, public_id, kind, reference, effective_at, posted_at)
SELECT $1, gen_random_uuid(), 'ADJUSTMENT', gen_random_uuid()::text, $2, $2 FROM generate_series(1, $3::integer)
RETURNING id
"""
# Each of three transfers, from one of the accounts to the next two, so that each account is moved again and again.
_MOVE = """
INSERT INTO transfer (program_id, journal_id, seq, purpose, currency, debit_account_id, credit_account_id, amount)
SELECT $1, j.id, n, 'adjustment', 'USD', a.low + (j.id + n) % $3, a.low + (j.id + n + 1) % $3, 1
  FROM unnest($2::bigint[]) AS j (id) CROSS JOIN generate_series(1, 3) n
 CROSS JOIN (SELECT min(id) AS low FROM account WHERE program_id = $1 AND kind = 'USER') a
"""
_READ = """
SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables WHERE relname = ANY($1)
"""
_EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "
_KEPT = "SELECT count(*) FROM journal_stretch WHERE program_id = $1"


async def move(owner: asyncpg.Connection, program: SeededProgram) -> None:
    """So many journals of three transfers each."""
    journals = [row["id"] for row in await owner.fetch(_WRITE_DOWN, program.id, AT, _JOURNALS)]
    await owner.execute(_MOVE, program.id, journals, _ACCOUNTS)


async def rows_read(worker: Pool) -> int:
    """By the snapshotter, of the ledger's tables."""
    async with worker.write(None) as unit:
        horizon = await snapshots.mark(unit)
    async with worker.write(None) as unit:
        # What this connection read before may not have been passed on yet.
        before: int = await unit.connection.fetchval(_READ, _TABLES)
        await snapshots.write(unit, horizon, _EVERY)
        after: int = await unit.connection.fetchval(_READ, _TABLES)
    return after - before


async def pages_to_prove(worker: Pool, program: SeededProgram, one: KeptSum) -> int:
    """The sums are right; so many pages say so."""
    async with worker.read(program.id) as session, joined_by_hash(session.connection):
        assert await session.connection.fetch(one.differences, program.id) == []
        told = await session.connection.fetchval(_EXPLAIN + one.differences, program.id)
    plan = json.loads(told)[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


async def test_of_a_program_without_statistics(worker: Pool, owner: asyncpg.Connection) -> None:
    for table in _TABLES:
        await owner.execute(_BY_HAND.format(table))
    known, new = [await add_program(owner, slug) for slug in ("known", "new")]
    for program in (known, new):
        await owner.execute(_OPEN, program.id, AT, _ACCOUNTS)
    for _ in range(2):
        await move(owner, known)
    await snapshot_accounts(worker, SilentBells(), _EVERY)
    await owner.execute("ANALYZE")
    [stretches] = [one for one in KEPT_SUMS if one.table == "stretch_sum"]
    for _ in range(2):
        await move(owner, new)
        assert await rows_read(worker) < 10 * 3 * _JOURNALS
    async with worker.read(None) as session:
        assert await snapshot_faults(session) == []
        assert await session.connection.fetchval(_KEPT, new.id) == 2 * _JOURNALS // _EVERY
    without = await pages_to_prove(worker, new, stretches)
    await owner.execute("ANALYZE")
    assert without < 1.5 * await pages_to_prove(worker, new, stretches)
