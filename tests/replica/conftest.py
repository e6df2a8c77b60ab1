"""An API process on a primary and a replica that follows it by streaming replication."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.chain.deploy import Deployment
from app.settings import Settings
from sge.embedded.anvil import Anvil
from sge.embedded.postgres import Postgres
from sge.embedded.project import PROJECT
from sge.embedded.standby import Standby
from tests.api.caller import Stage
from tests.api.conftest import settings as api_settings
from tests.api.opened import open_stage
from tests.contracts.conftest import chain, deployment
from tests.fixtures.databases import Database
from tests.fixtures.folders import server_folder_for_a_while

__all__ = ["chain", "deployment"]


@dataclass
class Pair:
    """Both servers; the database is called sge."""

    folder: Path
    primary: Postgres
    replica: Standby
    replica_dsn: str

    def settings(
        self, redis_url: str, anvil: Anvil, deployed: Deployment, **changed: object
    ) -> Settings:
        """Of an API process that reads from the replica."""
        place = Database(_PlainCluster(self.primary), "sge")  # type: ignore[arg-type]
        told = api_settings(place, redis_url, anvil, deployed).model_dump(exclude_unset=True)
        told["database_read_url"] = self.replica_dsn
        return Settings.model_validate(told | changed)

    async def catch_up(self) -> None:
        """Waits until the replica shows all that is committed."""
        written = self.primary.run_sql("SELECT pg_current_wal_flush_lsn()").strip()
        query = f"SELECT pg_last_wal_replay_lsn() >= '{written}'"
        async with asyncio.timeout(20):
            while self.replica.run_sql(query).strip() != "t":  # noqa: ASYNC110
                await asyncio.sleep(0.02)


@dataclass(frozen=True)
class _PlainCluster:
    """A server that is not the run's."""

    server: Postgres

    @property
    def address(self) -> object:
        return self.server.address


@pytest.fixture(scope="package")
def shared_pair() -> Iterator[Pair]:
    """A migrated primary and its replica."""
    with pair_for_a_while() as servers:
        yield servers


@pytest.fixture
def pair(shared_pair: Pair) -> Pair:
    """The servers that tests share; each leaves them running."""
    return shared_pair


@pytest.fixture
def own_pair() -> Iterator[Pair]:
    """Servers that a test may leave in any state."""
    with pair_for_a_while() as servers:
        yield servers


@contextmanager
def pair_for_a_while() -> Iterator[Pair]:
    with server_folder_for_a_while() as folder, ExitStack() as servers:
        primary = servers.enter_context(Postgres(folder / "primary", durable=False))
        migrate(primary)
        replica = servers.enter_context(Standby(folder / "replica", primary, durable=False))
        yield Pair(folder, primary, replica, replica.dsn("sge_reader"))


def migrate(primary: Postgres) -> None:
    subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head"],
        check=True,
        cwd=PROJECT,
        env={**os.environ, "SGE_DATABASE_OWNER_URL": primary.dsn("sge_owner")},
        capture_output=True,
    )


StartProcess = Callable[..., Awaitable[Stage]]


@pytest.fixture
async def start_process(
    pair: Pair, redis_url: str, anvil: Anvil, deployment: Deployment
) -> AsyncIterator[StartProcess]:
    """Starts API processes on the pair, with other settings if need be."""
    async with AsyncExitStack() as started:

        async def start(**changed: object) -> Stage:
            told = pair.settings(redis_url, anvil, deployment, **changed)
            return await started.enter_async_context(open_stage(told, anvil.url, deployment))

        yield start


@pytest.fixture
async def stage(start_process: StartProcess) -> Stage:
    """One API process."""
    return await start_process()
