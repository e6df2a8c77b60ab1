"""All of a settlement through PgBouncer in transaction mode: API, worker, scheduler and feed, two connections a role."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from app.chain.deploy import Deployment
from app.settings import Settings
from sge.embedded.anvil import Anvil
from tests.api.caller import OwnProgram, Stage
from tests.api.conftest import settings as api_settings
from tests.api.live import EVENTS, cursor_of, next_event, on_a_socket
from tests.api.opened import open_stage
from tests.api.test_live_state import registration
from tests.contracts.conftest import deployment
from tests.contracts.gateway_chain import GatewayChain
from tests.fixtures.databases import Database
from tests.fixtures.pgbouncer import PgBouncer
from tests.invariants import assert_invariants
from tests.jobs.worker_process import running, settings_of, tail
from tests.transport.ws_client import initialised

__all__ = ["deployment"]

CONNECTIONS = 2
INTENTS = 12
MODES = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND usename = $2"
STATUSES = "SELECT status, count(*) FROM intent_state GROUP BY 1"


class Pooled:
    """A test's database as it is reached through the pooler."""

    def __init__(self, database: Database, pooler: PgBouncer) -> None:
        self._database = database
        self._pooler = pooler

    def dsn(self, role: str = "sge_owner") -> str:
        return self._pooler.dsn(role, self._database.name)

    @property
    def superuser_dsn(self) -> str:
        return self._database.superuser_dsn


@pytest.fixture
def pooler(database: Database, server_folder: Path) -> Iterator[PgBouncer]:
    folder = server_folder / "pgbouncer"
    with PgBouncer(folder, database.cluster.address, CONNECTIONS) as server:
        yield server


@pytest.fixture
def cache_size(pooler: PgBouncer) -> int:
    """The driver's: what PgBouncer can do decides, as docs/several-servers.md says."""
    return 1024 if pooler.keeps_prepared_statements else 0


@dataclass
class Place:
    """Where everything is."""

    database: Database
    pooled: Pooled
    anvil: Anvil
    redis_url: str
    cache_size: int


@pytest.fixture
def place(
    database: Database, pooler: PgBouncer, cache_size: int, redis_url: str, anvil: Anvil
) -> Place:
    return Place(database, Pooled(database, pooler), anvil, redis_url, cache_size)


@pytest.fixture
async def stage(place: Place, deployment: Deployment) -> AsyncIterator[Stage]:
    """A running API process and a key of the platform."""
    pooled: Database = place.pooled  # type: ignore[assignment]
    told = api_settings(pooled, place.redis_url, place.anvil, deployment)
    settings: Settings = told.model_copy(update={"statement_cache_size": place.cache_size})
    async with open_stage(settings, place.anvil.url, deployment) as stage:
        yield stage


@pytest.mark.long
async def test_intents_settle_and_are_told_of(stage: Stage, place: Place, tmp_path: Path) -> None:
    program = await stage.program()
    database, anvil = place.database, place.anvil
    chain = GatewayChain(anvil, stage.deployment)
    settings = settings_of(place.pooled, place.redis_url, chain)
    settings |= {"SGE_STATEMENT_CACHE_SIZE": str(place.cache_size)}
    logs = [tmp_path / "worker", tmp_path / "scheduler"]
    admin = await asyncpg.connect(database.superuser_dsn)
    with running(["worker"], settings, logs[0]), running(["scheduler"], settings, logs[1]):
        async with on_a_socket(stage.process) as url, initialised(url, program.token) as socket:
            after = await cursor_of(program)
            await socket.subscribe("e", EVENTS, program=program.id, after=after, types=["INTENT"])
            await accept(program)
            told: dict[str, int] = {}
            async with asyncio.timeout(60):
                while told.get("intent.confirmed", 0) < INTENTS:
                    await asyncio.to_thread(anvil.call, "evm_mine")
                    event = await next_event(socket, 60)
                    told[event["name"]] = told.get(event["name"], 0) + 1
        for role in ("sge_api", "sge_worker", "sge_feed"):
            assert 0 < await admin.fetchval(MODES, database.name, role) <= CONNECTIONS
    assert told["intent.accepted"] == INTENTS
    assert dict(await admin.fetch(STATUSES)) == {"CONFIRMED": INTENTS}
    await assert_invariants(admin)
    await admin.close()
    for log in logs:
        assert "Traceback" not in log.read_text(), tail(log)


async def accept(program: OwnProgram) -> None:
    """More at once than there are connections."""
    await asyncio.gather(*(registration(program, number) for number in range(1, INTENTS + 1)))
