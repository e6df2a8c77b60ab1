"""What a stolen login writes with SQL of its own, within its rights to tables: refused for what it would mean."""

from collections.abc import Sequence

import asyncpg
import pytest

from app.store.database import Database as Pool
from app.store.ledger.posting import post
from tests.storage.refusing import BROKEN, FORBIDDEN, refused
from tests.storage.seeds import AT, SeededProgram, payment

_OPEN = """
INSERT INTO discrepancy (program_id, id, kind, severity, reference, message, opened_at)
VALUES ($1, gen_random_uuid(), 'UNEXPLAINED_OUTFLOW', 'CRITICAL', 'a log', 'x', now())
"""
_PAUSE = """
UPDATE program SET status = 'PAUSED', pause_reason = 'x', paused_by = 'job', paused_at = now(), version = version + 1
 WHERE id = $1
"""
_RESUME = """
UPDATE program SET status = 'ACTIVE', pause_reason = NULL, paused_by = NULL, paused_at = NULL, version = version + 1
 WHERE id = $1
"""
_KEEP = """
INSERT INTO minute_series VALUES ($1, {first}) ON CONFLICT (program_id) DO UPDATE SET kept_from = excluded.kept_from
"""
_ADJUST = f"""
SELECT sge_post_{{role}}($1, now(), ARRAY[gen_random_uuid()], ARRAY['ADJUSTMENT'], ARRAY['x'], ARRAY[NULL]::bigint[], ARRAY['x'],
  ARRAY[now()], ARRAY[1], ARRAY['x'], ARRAY['USD'], ARRAY['PROGRAM'], ARRAY[0]::bigint[], ARRAY['SUSPENSE'], ARRAY[0]::bigint[],
  ARRAY['{{amount}}']::numeric[]{", '{{{{}}}}'" * 10})
"""
_STORE = {
    "account_sum": "INSERT INTO account_sum VALUES ($1, 'USD', 'PROGRAM', 0, 0) ON CONFLICT DO NOTHING",
    "payable_sum": "INSERT INTO payable_sum VALUES ($1, 'USD', '-infinity', 0)",
    "earned_sum": "INSERT INTO earned_sum VALUES ($1, 1, 'USD', 0, 0, 0, 0)",
    "ledger_drift": "INSERT INTO ledger_drift VALUES ($1, 'USD', 0, now())",
}


async def run(pool: Pool, program: SeededProgram, *statements: str) -> None:
    async with pool.write(program.id) as unit:
        for statement in statements:
            await unit.connection.execute(statement, *([program.id] if "$1" in statement else []))


@pytest.mark.parametrize(
    "explained",
    ["resolved_at = now()", "resolved_by = 'owner'", "note = 'x'", "posting_journal_id = 1"],
)
async def test_nothing_is_explained_before_it_is_found(
    worker: Pool, program: SeededProgram, explained: str
) -> None:
    """An outflow of that name would be opened by nobody, and whoever it has paid be paid again."""
    column, _, value = explained.partition(" = ")
    planted = _OPEN.replace("opened_at)", f"opened_at, {column})").replace(
        "now())", f"now(), {value})"
    )
    with refused(FORBIDDEN):
        await run(worker, program, planted)
    await run(worker, program, _OPEN)


async def test_what_is_open_names_no_posting(
    api: Pool, worker: Pool, program: SeededProgram
) -> None:
    """It would count as explained, and could be closed by nobody."""
    await run(worker, program, _OPEN)
    with refused(BROKEN):
        await run(api, program, "UPDATE discrepancy SET posting_journal_id = 1")


async def test_a_worker_pauses_and_resumes_nothing(
    api: Pool, worker: Pool, program: SeededProgram
) -> None:
    await run(worker, program, _PAUSE)
    with refused(FORBIDDEN):
        await run(worker, program, _RESUME)
    with refused(FORBIDDEN):
        await run(worker, program, "UPDATE program SET status = 'ARCHIVED' WHERE id = $1")
    await run(api, program, _RESUME)


@pytest.mark.parametrize("first", ["'infinity'", "now() + interval '1 hour'"])
async def test_minutes_that_are_still_to_come_are_kept(
    worker: Pool, program: SeededProgram, first: str
) -> None:
    """From when on there are minutes never goes back: all of them would be gone for ever."""
    await run(worker, program, _KEEP.format(first="now() - interval '7 days'"))
    with refused(FORBIDDEN):
        await run(worker, program, _KEEP.format(first=first))
    with refused(FORBIDDEN):
        await run(worker, program, f"UPDATE minute_series SET kept_from = {first}")
    await run(worker, program, _KEEP.format(first="now()"))


@pytest.mark.parametrize("role", ["api", "worker"])
async def test_what_is_posted_is_a_number(
    role: str, api: Pool, worker: Pool, program: SeededProgram
) -> None:
    """NaN balances, and no posting mends an account that holds it."""

    pool = {"api": api, "worker": worker}[role]
    with refused(BROKEN):
        await run(pool, program, _ADJUST.format(role=role, amount="NaN"))
    await run(pool, program, _ADJUST.format(role=role, amount=7))
    async with worker.write(program.id) as unit:
        await post(unit, program.id, [payment(program, "after", 1000, 1)], AT)


@pytest.mark.parametrize("table", list(_STORE))
async def test_what_is_summed_is_a_number(
    table: str, owner: asyncpg.Connection, worker: Pool, program: SeededProgram
) -> None:
    columns: Sequence[asyncpg.Record] = await owner.fetch(
        "SELECT column_name::text AS name FROM information_schema.columns"
        " WHERE table_name = $1 AND table_schema = 'public' AND data_type = 'numeric'",
        table,
    )
    assert columns
    await run(worker, program, _STORE[table])
    for column in columns:
        with refused(BROKEN):
            await run(
                worker,
                program,
                f"UPDATE {table} SET {column['name']} = 'NaN' WHERE program_id = $1",
            )
