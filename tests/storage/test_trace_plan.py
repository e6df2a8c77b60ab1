"""Forgetting traces reads those of old intents, and none of the many that came since."""

import json
from datetime import UTC, datetime, timedelta

import asyncpg

from app.store.database import Database as Pool
from tests.storage.seeds import SeededProgram
from tests.storage.test_stuck_plan import CONFIRM, SEED, STATES, milliseconds

OLD, YOUNG = 20, 5_000
_TRACE = """
INSERT INTO intent_trace SELECT program_id, id, '00-' || repeat('1', 32) || '-' || repeat('2', 16) || '-01' FROM intent
 WHERE program_id = $1
"""


async def test_young_traces_are_not_read(
    owner: asyncpg.Connection, worker: Pool, program: SeededProgram
) -> None:
    now = datetime.now(UTC)
    for days, name, many in ((100, "old ", OLD), (1, "young ", YOUNG)):
        began = milliseconds(now - timedelta(days=days))
        await owner.execute(SEED, program.id, program.users[0], began, name, many)
    await owner.execute(STATES, program.id)
    await owner.execute(CONFIRM, program.id, OLD + YOUNG)
    await owner.execute(
        "UPDATE intent_state t SET completed_at = i.created_at FROM intent i WHERE i.id = t.intent_id"
    )
    await owner.execute(_TRACE, program.id)
    await owner.execute("ANALYZE intent, intent_state, intent_trace")
    before = now - timedelta(days=90)
    async with worker.write(None) as unit:
        query = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT sge_forget_traces($1)"
        pages = []
        for _ in range(3):
            [[text]] = await unit.connection.fetch(query, before)
            plan = json.loads(text)[0]["Plan"]
            pages.append(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
        # The last finds nothing.
        assert pages[-1] < 50, pages
    assert await owner.fetchval("SELECT count(*) FROM intent_trace") == YOUNG
