"""Rollups and seals follow real postings: what was applied equals a rebuild, and the whole ledger verifies."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from app.processes.follow_events import follow_events
from app.services import rollups, seals
from app.services.ledger_verification import LedgerReport, verify_ledger
from app.store.database import Database
from app.store.feed import consumers
from tests.fixtures.databases import Database as OwnDatabase
from tests.posting.changing_books import ChangingBooks
from tests.posting.machine import run
from tests.services.world import World
from tests.storage.bells import SilentBells
from tests.storage.history import dump_rollups

_LATER = timedelta(hours=1)


def now() -> datetime:
    return datetime.now(UTC)


async def follow(worker: Database) -> None:
    for consumer, apply in (
        (rollups.CONSUMER, rollups.apply_events),
        (seals.CONSUMER, seals.seal_events),
    ):
        done = await follow_events(
            worker, SilentBells(), now, consumer=consumer, holder="test", apply=apply
        )
        assert done > 0


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
        run(ChangingBooks(runner, World(api), worker, admin), 6, 30)
        runner.run(follow(worker))
        applied = runner.run(rolled_up(admin))
        assert sum(len(one["affiliates"]) for one in applied.values()) > 10
        runner.run(rebuild(worker))
        assert runner.run(rolled_up(admin)) == applied
        report = runner.run(verify(worker))
        assert report.sound, report
        assert sum(chain.seals for chain in report.chains.values()) > 20
        for pool in (api, worker, admin):
            runner.run(pool.close())
