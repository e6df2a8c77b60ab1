"""`sge bench seed`: sound, reproducible, and more than one program."""

import asyncio

import asyncpg
import pytest
from typer.testing import CliRunner

from app.domain.clock import real_clock
from app.services.ledger_verification import verify_ledger
from app.store.database import Database as Pool
from sge.cli import command_line
from tests.fixtures.cluster import Cluster
from tests.fixtures.databases import database_for_a_while
from tests.invariants import assert_invariants
from tests.storage.history import dump_rollups

RUNNER = CliRunner()
SIZES = ["--users", "210", "--affiliates", "60", "--intents", "700", "--neighbours", "1"]
_DRAWN = """
SELECT p.slug, i.id, i.amount, i.upline, s.status, string_agg(c.id || ' ' || c.amount, ', ' ORDER BY c.level) AS commissions
  FROM intent i JOIN program p ON p.id = i.program_id
  JOIN intent_state s ON s.program_id = i.program_id AND s.intent_id = i.id
  LEFT JOIN settlement x ON x.program_id = i.program_id AND x.intent_id = i.id
  LEFT JOIN commission c ON c.program_id = x.program_id AND c.settlement_id = x.id
 GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2
"""


def seed(dsn: str, number: int = 1) -> None:
    environment = {"SGE_DATABASE_OWNER_URL": dsn}
    done = RUNNER.invoke(
        command_line(), ["bench", "seed", *SIZES, "--seed", str(number)], env=environment
    )
    assert done.exit_code == 0, done.output
    assert f"seeded seed-{number}, seed-{number}-neighbour-1" in done.stdout


@pytest.mark.long
def test_what_is_seeded_is_sound_and_the_same_again(cluster: Cluster) -> None:
    with database_for_a_while(cluster) as first, database_for_a_while(cluster) as second:
        seed(first.dsn())
        seed(second.dsn())
        asyncio.run(assert_sound(first.dsn(), first.dsn("sge_worker")))
        drawn, again = asyncio.run(read(first.dsn())), asyncio.run(read(second.dsn()))
        assert len(drawn) == 700 + 7
        assert drawn == again


async def read(dsn: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        return list(await connection.fetch(_DRAWN))
    finally:
        await connection.close()


async def assert_sound(dsn: str, worker_dsn: str) -> None:
    owner, worker = await asyncpg.connect(dsn), await Pool.connect(worker_dsn, maximum=1)
    try:
        await assert_invariants(owner)
        for program in await owner.fetch("SELECT id FROM program"):
            rollups = await dump_rollups(owner, program["id"])
            assert all(rollups.values())
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
