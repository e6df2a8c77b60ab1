"""`sge operator create` makes a key that works; `sge ledger verify` sees what was bent."""

from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from app.auth.api_keys import KeyHasher
from app.auth.authenticator import Authenticator
from app.domain.clock import real_clock
from app.domain.permissions import PLATFORM_PROGRAM_ID
from app.store.database import Database as Pool
from app.store.ledger.posting import post
from sge.cli import command_line
from tests.fixtures.databases import Database
from tests.sge.environment import PEPPER, complete_environment
from tests.storage.seeds import add_program, payment


@pytest.fixture(autouse=True)
def _away_from_any_dotenv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def environment(database: Database, redis_url: str) -> dict[str, str]:
    return complete_environment(database, redis_url)


def sge(environment: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(command_line(), list(arguments), env=environment)


@pytest.fixture
def operator_key(environment: dict[str, str]) -> str:
    """Made outside any event loop, as on a command line."""
    made = sge(environment, "operator", "create", "first")
    assert made.exit_code == 0, made.output
    return made.stdout.strip()


async def test_an_operator_key_opens_the_platform(database: Database, operator_key: str) -> None:
    pool = await Pool.connect(database.dsn("sge_api"), maximum=1)
    authenticator = Authenticator(pool, KeyHasher(PEPPER), real_clock)
    caller = await authenticator.authenticate(operator_key)
    await pool.close()
    assert caller is not None
    assert caller.platform
    assert [one.program_id for one in caller.authorities] == [PLATFORM_PROGRAM_ID]


@pytest.fixture
async def posted(database: Database) -> int:
    """The id of a program with one posted payment."""
    owner = await asyncpg.connect(database.dsn())
    program = await add_program(owner, "ledger")
    await owner.close()
    pool = await Pool.connect(database.dsn("sge_worker"), maximum=1)
    async with pool.write(program.id) as unit:
        await post(unit, program.id, [payment(program, "one", 1_000_000, 1)], real_clock())
    await pool.close()
    return program.id


@pytest.fixture
async def bent(database: Database, posted: int) -> None:
    """What only a superuser can do, and what no trigger sees: money that was never moved."""
    superuser = await asyncpg.connect(database.superuser_dsn)
    await superuser.execute("ALTER TABLE account DISABLE TRIGGER ALL")
    await superuser.execute(
        "UPDATE account SET credits = credits + 1 WHERE program_id = $1 AND kind = 'PROGRAM'",
        posted,
    )
    await superuser.close()


@pytest.mark.usefixtures("posted")
def test_a_sound_ledger_is_proven(environment: dict[str, str]) -> None:
    done = sge(environment, "ledger", "verify")
    assert done.exit_code == 0, done.output
    assert "ledger: debits 1.170000, credits 1.170000, moved 1.170000 USD" in done.stdout


@pytest.mark.usefixtures("bent")
def test_a_bent_balance_is_found(environment: dict[str, str]) -> None:
    done = sge(environment, "ledger", "verify")
    assert done.exit_code == 1
    assert "NOT BALANCED" in done.stdout
    assert "(PROGRAM): stored (170000, 1000001), transfers (170000, 1000000)" in done.stdout
