"""Which login role each process holds, asked of the database itself; and that what it holds has limits."""

import asyncpg
import pytest
from pydantic import SecretStr

from app.runtime import Runtime, RuntimeProcess, open_runtime
from app.settings import Settings, SettingsMistake
from tests.fixtures.databases import Database
from tests.storage.bells import SilentBells

HELD = {
    "api": {"sge_api", "sge_feed"},
    "worker": {"sge_worker"},
    "scheduler": {"sge_worker"},
}


def every_setting(database: Database) -> Settings:
    """As a careless operator would have it: every address in every process's environment."""
    return Settings(
        _env_file=None,
        database_owner_url=SecretStr(database.dsn()),
        database_api_url=SecretStr(database.dsn("sge_api")),
        database_worker_url=SecretStr(database.dsn("sge_worker")),
        database_feed_url=SecretStr(database.dsn("sge_feed")),
        database_read_url=SecretStr(database.dsn("sge_reader")),
        database_pool_size=1,
    )


async def roles(runtime: Runtime) -> set[str]:
    return {
        await database.pool.fetchval("SELECT current_user")
        for database in runtime.databases.values()
    }


@pytest.mark.parametrize("process", list(HELD))
async def test_a_process_holds_its_own_roles_only(
    process: RuntimeProcess, database: Database
) -> None:
    runtime = await open_runtime(every_setting(database), process, SilentBells())
    try:
        assert await roles(runtime) == HELD[process]
        for pool in runtime.databases.values():
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await pool.pool.execute("SET ROLE sge_owner")
    finally:
        await runtime.close()


async def test_a_process_without_its_address_does_not_start(database: Database) -> None:
    settings = every_setting(database).model_copy(update={"database_feed_url": None})
    with pytest.raises(SettingsMistake, match="SGE_DATABASE_FEED_URL"):
        await open_runtime(settings, "api", SilentBells())


@pytest.mark.parametrize("role", ["sge_api", "sge_worker", "sge_feed", "sge_reader"])
async def test_nobody_holds_a_transaction_for_ever(role: str, database: Database) -> None:
    connection = await asyncpg.connect(database.dsn(role))
    try:
        limit = await connection.fetchval("SHOW idle_in_transaction_session_timeout")
        assert limit in ("1min", "5min")
    finally:
        await connection.close()
