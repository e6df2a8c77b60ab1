"""Rollups and seals follow real postings: what was applied equals a rebuild, and the whole ledger verifies."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from app.processes.follow_events import follow_events
from app.services import rollups, seals
from app.services.ledger_verification import LedgerReport, verify_ledger
from app.store.database import Database
from app.store.feed import consumers
from tests.fixtures.counted import counted
from tests.fixtures.databases import Database as OwnDatabase
from tests.posting.changing_books import ChangingBooks
from tests.posting.machine import run
from tests.services.world import World
from tests.storage.bells import SilentBells
from tests.storage.history import dump_rollups

_LATER = timedelta(hours=1)
_ENTERED = """
SELECT i.kind, t.to_status AS status, count(*) FROM intent_transition t
  JOIN intent i ON i.program_id = t.program_id AND i.id = t.intent_id
 WHERE t.from_status IS DISTINCT FROM t.to_status GROUP BY 1, 2
"""
_SETTLED = "SELECT count(*) FROM settlement"
_SETTLEMENTS = ("SETTLEMENT", "CONFIRMED")


def now() -> datetime:
    return datetime.now(UTC)


async def follow(worker: Database) -> None:
    """By two at once, as two worker processes do: one of them applies."""
    for consumer, apply in (
        (rollups.CONSUMER, rollups.apply_events),
        (seals.CONSUMER, seals.seal_events),
    ):
        both = [
            follow_events(worker, SilentBells(), now, consumer=consumer, holder=holder, apply=apply)
            for holder in ("one", "another")
        ]
        assert max(await asyncio.gather(*both)) > 0


async def entered(admin: Database) -> dict[tuple[str, str], int]:
    """How many intents of each kind the tables say came into each status, and how many settlements there are."""
    async with admin.pool.acquire() as connection:
        rows = await connection.fetch(_ENTERED)
        settled = await connection.fetchval(_SETTLED)
    return {(row["kind"], row["status"]): row["count"] for row in rows} | {_SETTLEMENTS: settled}


def told(kind: str, status: str) -> float:
    """The same, as Prometheus is told."""
    if (kind, status) == _SETTLEMENTS:
        return counted("sge_settlement_duration_seconds_count")
    return counted("sge_intents_total", kind=kind, status=status)


async def rebuild(worker: Database) -> None:
    async with worker.write(None) as unit:
        lease = await consumers.take(unit, rollups.CONSUMER, "test", now())
    assert lease is not None
    async with worker.write(None, "repeatable_read") as unit:
        await rollups.rebuild(unit, lease, now())
        await consumers.release(unit, lease)


async def rolled_up(admin: Database) -> dict[int, Any]:
    async with admin.pool.acquire() as connection:
        programs = await connection.fetch("SELECT id FROM program ORDER BY id")
        return {row["id"]: await dump_rollups(connection, row["id"]) for row in programs}


async def verify(worker: Database) -> LedgerReport:
    async with worker.read(None) as session:
        return await verify_ledger(session, now() + _LATER)


def test_followers_of_random_books(module_database: OwnDatabase) -> None:
    with asyncio.Runner() as runner:
        api, worker, admin = (
            runner.run(Database.connect(dsn, maximum=2))
            for dsn in (
                module_database.dsn("sge_api"),
                module_database.dsn("sge_worker"),
                module_database.superuser_dsn,
            )
        )
        run(ChangingBooks(runner, World(api), worker, admin), 4, 30)
        truth = runner.run(entered(admin))
        assert all(truth.values()), truth
        before = {one: told(*one) for one in truth}
        runner.run(follow(worker))
        assert {one: told(*one) - before[one] for one in truth} == truth
        applied = runner.run(rolled_up(admin))
        assert sum(len(one["affiliates"]) for one in applied.values()) > 10
        runner.run(rebuild(worker))
        assert runner.run(rolled_up(admin)) == applied
        report = runner.run(verify(worker))
        assert report.sound, report
        assert sum(chain.seals for chain in report.chains.values()) > 20
        for pool in (api, worker, admin):
            runner.run(pool.close())
