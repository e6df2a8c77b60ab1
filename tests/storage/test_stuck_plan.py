"""Looking for what stands still reads what is open and old, however much is done or has just come."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from app.store.database import Database as Pool
from app.store.reads import stuck_intents, stuck_lists
from app.store.reads.intents import IntentFilter
from app.store.reads.stuck_lists import StuckFilter, statement_values
from app.store.reads.values import Slice
from tests.storage.seeds import SeededProgram

DONE, WAITING, STUCK = 100_000, 20_000, 300
# One each millisecond: all that is done, then what stands still since then, and much that came in the last minute.
SEED = """
INSERT INTO intent (program_id, id, kind, idempotency_key, request_hash, on_chain_id, chain_id, wallet, user_id, amount,
                    currency, payload, terms_version, upline, created_by, created_at)
SELECT $1, (lpad(to_hex($3::bigint + n), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid, 'PAYMENT', $4::text || n, '',
       sha256(($4::text || n)::bytea), 31337, '0x00000000000000000000000000000000000000aa', $2, 5, 'USD', '{}', 1, '{}', 'test',
       to_timestamp(($3::bigint + n) / 1000.0)
  FROM generate_series(1, $5) n
"""
STATES = """
INSERT INTO intent_state (program_id, intent_id, status, stage, updated_at)
SELECT program_id, id, 'PENDING', 'QUEUED', created_at FROM intent i
 WHERE program_id = $1 AND NOT EXISTS (SELECT FROM intent_state s WHERE s.program_id = $1 AND s.intent_id = i.id)
"""
CONFIRM = """
UPDATE intent_state SET status = 'CONFIRMED', stage = 'FINAL', version = 2, completed_at = now(), mined_block = 1
 WHERE program_id = $1 AND intent_id IN (SELECT intent_id FROM intent_state WHERE program_id = $1 ORDER BY 1 LIMIT $2)
"""


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def rows_read(plan: dict[str, Any]) -> int:
    """Of tables and indexes, those that a filter then threw away too."""
    return sum(
        (one["Actual Rows"] + one.get("Rows Removed by Filter", 0)) * one["Actual Loops"]
        for one in nodes(plan)
        if "Relation Name" in one
    )


@pytest.mark.long
async def test_finding_what_stands_still_reads_no_more_than_that(
    owner: asyncpg.Connection, api: Pool, worker: Pool, program: SeededProgram
) -> None:
    now = datetime.now(UTC)
    user = program.users[0]
    old = milliseconds(now - timedelta(hours=2))
    await owner.execute(SEED, program.id, user, old, "old ", DONE + STUCK)
    await owner.execute(STATES, program.id)
    await owner.execute(CONFIRM, program.id, DONE)
    young = milliseconds(now - timedelta(minutes=1))
    await owner.execute(SEED, program.id, user, young, "young ", WAITING)
    await owner.execute(STATES, program.id)
    await owner.execute("ANALYZE intent, intent_state")
    asked = StuckFilter(IntentFilter(), stuck=True, now=now)
    named = replace(asked, given=IntentFilter(kind=("PAYMENT",)))
    async with api.read(program.id) as session:
        values = await statement_values(session, asked, None, 51)
        statements = {
            "page": (stuck_lists.STUCK, values),
            "count": (
                stuck_lists.COUNT_STUCK,
                await statement_values(session, asked, None, 10_002),
            ),
            "payments": (stuck_lists.STUCK, await statement_values(session, named, None, 51)),
            "oldest": (stuck_intents.OLDEST, (values[0], *values[8:-1])),
        }
        for mode in ("force_custom_plan", "force_generic_plan"):
            await session.connection.execute(f"SET LOCAL plan_cache_mode = {mode}")
            for name, (query, given) in statements.items():
                [[text]] = await session.connection.fetch(
                    f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", *given
                )
                plan = json.loads(text)[0]["Plan"]
                assert rows_read(plan) < 10 * STUCK, (mode, name, json.dumps(plan, indent=1))
        found = await stuck_lists.page(session, asked, Slice(1000, None))
        assert await stuck_lists.count(session, asked) == STUCK
    assert len(found) == STUCK
    async with worker.read(program.id) as session:
        assert len(await stuck_intents.oldest_stuck(session, now, 100)) == 100
