"""`sge bench seed`: sound, reproducible, and more than one program, with payouts and a feed of events."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from typer.testing import CliRunner

from app.domain.clock import real_clock
from app.domain.ids import new_id
from app.domain.reconciliation import Run
from app.domain.seeding import EVENT_DAYS
from app.processes.reconciliation.checks import DATABASE_CHECKS
from app.services.ledger_verification import verify_ledger
from app.store.database import Database as Pool
from app.store.database import ReadSession
from app.store.reconciliation.scopes import read_scope
from sge.cli import command_line
from tests.fixtures.cluster import Cluster
from tests.fixtures.databases import database_for_a_while
from tests.fixtures.documented_events import assert_events_are_documented
from tests.invariants import assert_invariants
from tests.storage.history import dump_rollups

RUNNER = CliRunner()
SIZES = ["--users", "210", "--affiliates", "60", "--intents", "700", "--neighbours", "1"]
# So short that some commissions are PAYABLE at its end, and some not yet.
RECORD = ["--days", "60"]
_DRAWN = """
SELECT p.slug, i.id, i.amount, i.upline, s.status, string_agg(c.id || ' ' || c.amount, ', ' ORDER BY c.level) AS commissions
  FROM intent i JOIN program p ON p.id = i.program_id
  JOIN intent_state s ON s.program_id = i.program_id AND s.intent_id = i.id
  LEFT JOIN settlement x ON x.program_id = i.program_id AND x.intent_id = i.id
  LEFT JOIN commission c ON c.program_id = x.program_id AND c.settlement_id = x.id
 GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2
"""
_BATCHES = """
SELECT p.slug, b.payout_count, b.total, sge_batch_status(b.program_id, b.id) AS status, b.replaces IS NOT NULL AS replaces
  FROM payout_batch b JOIN program p ON p.id = b.program_id ORDER BY b.created_at, b.program_id
"""
_TOLD = "SELECT name, count(*) FROM event WHERE program_id = $1 GROUP BY 1"
# What each intent and commission became in the days of which events are kept, beside what the events say.
_BECAME = """
SELECT 'intent.confirmed' AS name, count(*) FROM intent_transition WHERE program_id = $1 AND to_status = 'CONFIRMED' AND at >= $2
UNION ALL SELECT 'intent.failed', count(*) FROM intent_transition WHERE program_id = $1 AND to_status = 'FAILED' AND at >= $2
UNION ALL SELECT 'settlement.confirmed', count(*) FROM intent_transition
           WHERE program_id = $1 AND to_status = 'CONFIRMED' AND at >= $2
UNION ALL SELECT 'commission.accrued', count(*) FROM commission_transition
           WHERE program_id = $1 AND to_status = 'ACCRUED' AND at >= $2
UNION ALL SELECT 'commission.payable', count(*) FROM commission_transition
           WHERE program_id = $1 AND from_status = 'ACCRUED' AND at >= $2
UNION ALL SELECT 'payout.paid', count(*) FROM payout WHERE program_id = $1 AND log_index IS NOT NULL
"""
_GUARDS = """
SELECT tgrelid::regclass::text AS of_table, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2
"""
_KEPT_FROM = datetime(2026, 11, 22, tzinfo=UTC) - timedelta(days=EVENT_DAYS)


def seed(dsn: str, number: int = 1) -> None:
    environment = {"SGE_DATABASE_OWNER_URL": dsn}
    done = RUNNER.invoke(
        command_line(), ["bench", "seed", *SIZES, *RECORD, "--seed", str(number)], env=environment
    )
    assert done.exit_code == 0, done.output
    assert f"seeded seed-{number}, seed-{number}-neighbour-1" in done.stdout


@pytest.mark.long
def test_what_is_seeded_is_sound_and_the_same_again(cluster: Cluster) -> None:
    with database_for_a_while(cluster) as first, database_for_a_while(cluster) as second:
        guards = asyncio.run(fetch(first.dsn(), _GUARDS))
        seed(first.dsn())
        assert asyncio.run(fetch(first.dsn(), _GUARDS)) == guards
        seed(second.dsn())
        asyncio.run(assert_sound(first.dsn(), first.dsn("sge_worker")))
        drawn, again = asyncio.run(read(first.dsn())), asyncio.run(read(second.dsn()))
        assert len(drawn["intents"]) == 700 + 7
        assert drawn == again
        assert_paid(drawn["batches"])


async def read(dsn: str) -> dict[str, list[asyncpg.Record]]:
    statements = {"intents": _DRAWN, "batches": _BATCHES}
    return {name: await fetch(dsn, text) for name, text in statements.items()}


async def fetch(dsn: str, statement: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        return list(await connection.fetch(statement))
    finally:
        await connection.close()


def assert_paid(batches: list[asyncpg.Record]) -> None:
    """A rejected batch that the next one replaced, four that were executed, and one that waits for its owners."""
    large = [one for one in batches if one["slug"] == "seed-1"]
    executed = ["COMPLETED"] * 4
    assert [one["status"] for one in large] == ["REJECTED", *executed, "PENDING_APPROVAL"]
    assert [one["replaces"] for one in large] == [False, True, False, False, False, False]
    assert all(one["payout_count"] > 0 for one in large)


async def assert_told(owner: asyncpg.Connection, program_id: int) -> None:
    """As many events as there were moves, no position above what was rolled up and sealed."""
    told = dict(await owner.fetch(_TOLD, program_id))
    became = dict(await owner.fetch(_BECAME, program_id, _KEPT_FROM))
    assert {name: told.get(name, 0) for name in became} == became
    assert became["commission.payable"] > 0
    statuses = await owner.fetch(
        "SELECT DISTINCT status FROM commission WHERE program_id = $1", program_id
    )
    assert {row["status"] for row in statuses} == {"ACCRUED", "PAYABLE", "PENDING_APPROVAL", "PAID"}
    newest = await owner.fetchval("SELECT max(position) FROM event")
    behind = await owner.fetch(
        "SELECT consumer FROM consumer_position WHERE consumer <> 'account_snapshots' AND position <> $1",
        newest,
    )
    assert not behind
    assert await owner.fetchval("SELECT count(*) FROM event_outbox") == 0


async def assert_clean(session: ReadSession, program_id: int) -> None:
    """A full reconciliation finds nothing that the database could say."""
    run = Run(new_id(), program_id, whole=True, asked_at=real_clock(), taken_by="test")
    scope = await read_scope(session, run, real_clock())
    found = [one for _, check in DATABASE_CHECKS for one in (await check(session, scope)).found]
    assert not found


async def assert_sound(dsn: str, worker_dsn: str) -> None:
    owner, worker = await asyncpg.connect(dsn), await Pool.connect(worker_dsn, maximum=1)
    try:
        await assert_invariants(owner)
        await assert_events_are_documented(dsn)
        large = await owner.fetchval("SELECT id FROM program WHERE slug = 'seed-1'")
        await assert_told(owner, large)
        for program in await owner.fetch("SELECT id FROM program"):
            rollups = await dump_rollups(owner, program["id"])
            assert all(rollups.values())
            async with worker.read(program["id"]) as session:
                await assert_clean(session, program["id"])
        async with worker.read(None) as session:
            report = await verify_ledger(session, real_clock())
        assert report.sound
        assert sum(chain.seals for chain in report.chains.values()) > 700
    finally:
        await worker.close()
        await owner.close()


@pytest.mark.parametrize("wrong", [["--intents", "10"], ["--affiliates", "3"], ["--users", "0"]])
def test_a_size_that_makes_no_program_is_refused(wrong: list[str]) -> None:
    done = RUNNER.invoke(
        command_line(),
        ["bench", "seed", *SIZES, *wrong],
        env={"SGE_DATABASE_OWNER_URL": "postgresql://nobody"},
    )
    assert done.exit_code == 2
    assert "a seeded program has at least" in done.output
