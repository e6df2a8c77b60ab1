"""Posting asks which payments the chain took back while the program's turn is held: that reads none of its other settlements."""

import json
from datetime import UTC, datetime

import asyncpg

from app.store.chain import settlements
from app.store.database import Database as Pool
from tests.api.plans import CapturedConnection, Statement
from tests.storage.seeds import SeededProgram
from tests.storage.test_stuck_plan import SEED, milliseconds, rows_read

MANY = 3_000
_SETTLE = """
INSERT INTO settlement (program_id, id, intent_id, chain_id, tx_hash, block_number, block_hash, log_index, confirmed_at, undone_at)
SELECT program_id, gen_random_uuid(), id, 31337, '', 1, '', row_number() OVER (ORDER BY id), created_at,
       CASE WHEN row_number() OVER (ORDER BY id) <= 2 THEN created_at END
  FROM intent WHERE program_id = $1
"""
_AGAIN = """
INSERT INTO settlement (program_id, id, intent_id, chain_id, tx_hash, block_number, block_hash, log_index, confirmed_at)
SELECT program_id, gen_random_uuid(), intent_id, 31337, '', 1, '', 0, confirmed_at FROM settlement
 WHERE program_id = $1 AND undone_at IS NOT NULL ORDER BY log_index LIMIT 1
"""


async def test_what_was_undone_is_found_among_what_was_undone(
    owner: asyncpg.Connection, worker: Pool, program: SeededProgram
) -> None:
    began = milliseconds(datetime.now(UTC))
    await owner.execute(SEED, program.id, program.users[0], began, "many ", MANY)
    await owner.execute(_SETTLE, program.id)
    await owner.execute(_AGAIN, program.id)
    await owner.execute("ANALYZE intent, settlement")
    ids = [row["id"] for row in await owner.fetch("SELECT id FROM intent ORDER BY id LIMIT 50")]
    kept: list[Statement] = []
    async with worker.write(program.id) as unit:
        unit.connection = CapturedConnection(unit.connection, kept)
        # The first was settled again since, the second was not; all others stand.
        assert await settlements.times_undone(unit, program.id, ids) == {ids[1]: 1}
        [(query, given)] = kept
        for mode in ("force_custom_plan", "force_generic_plan"):
            await unit.connection.execute(f"SET LOCAL plan_cache_mode = {mode}")
            [[text]] = await unit.connection.fetch(
                f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", *given
            )
            assert rows_read(json.loads(text)[0]["Plan"]) < 100, (mode, text)
