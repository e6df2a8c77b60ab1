"""deploy/redis: what it keeps, whom it lets in, and that what it lets them do is enough and no more."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis

from app.chain.deploy import Deployment
from app.checks.findings import Problem
from app.checks.redis import redis_answers, redis_keeps_jobs
from sge.embedded.anvil import Anvil
from tests.api.caller import Stage
from tests.api.conftest import settings as api_settings
from tests.api.live import EVENTS, cursor_of, next_event, on_a_socket
from tests.api.opened import open_stage
from tests.api.test_live_state import registration
from tests.contracts.conftest import deployment
from tests.contracts.gateway_chain import GatewayChain
from tests.deployment.redis_server import Address, redis_as_deployed
from tests.fixtures.databases import Database
from tests.jobs.worker_process import running, settings_of, tail
from tests.transport.ws_client import initialised

__all__ = ["deployment"]

_DENIED = r"(?i)permission|can't access|can't run"
_REFUSED = (
    ("FLUSHALL",),
    ("KEYS", "*"),
    ("SCAN", "0"),
    ("CONFIG", "SET", "dir", "/tmp"),
    ("CONFIG", "REWRITE"),
    ("REPLICAOF", "127.0.0.1", "1"),
    ("MODULE", "LIST"),
    ("ACL", "LIST"),
    ("DEBUG", "SLEEP", "0"),
    ("SHUTDOWN",),
    ("CLIENT", "KILL", "ID", "1"),
    ("MONITOR",),
    ("SET", "other", "1"),
    ("GET", "other"),
    ("PUBLISH", "other", "1"),
    ("EVAL", "return redis.call('GET', 'other')", "0"),
)


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Address]:
    with redis_as_deployed(tmp_path) as address:
        yield address


async def test_it_keeps_jobs_and_asks_for_the_password(at: Address) -> None:
    assert await redis_keeps_jobs(at.url) == "noeviction, appendonly"
    with pytest.raises(Problem):
        await redis_answers(at.unnamed)


def test_its_user_may_do_nothing_else(at: Address) -> None:
    with redis.Redis.from_url(at.url) as client:
        client.set("sge:wake:x", "1")
        for words in _REFUSED:
            with pytest.raises(redis.exceptions.ResponseError, match=_DENIED):
                client.execute_command(*words)
        assert client.get("sge:wake:x") == b"1"


@pytest.fixture
async def stage(
    at: Address, database: Database, anvil: Anvil, deployment: Deployment
) -> AsyncIterator[Stage]:
    """A running API process and a key of the platform."""
    told = api_settings(database, at.url, anvil, deployment)
    async with open_stage(told, anvil.url, deployment) as stage:
        yield stage


@pytest.mark.long
async def test_its_user_may_do_all_that_a_settlement_needs(
    stage: Stage, at: Address, database: Database, anvil: Anvil, tmp_path: Path
) -> None:
    program = await stage.program()
    settings = settings_of(database, at.url, GatewayChain(anvil, stage.deployment))
    logs = [tmp_path / "worker.log", tmp_path / "scheduler.log"]
    with running(["worker"], settings, logs[0]), running(["scheduler"], settings, logs[1]):
        async with on_a_socket(stage.process) as url, initialised(url, program.token) as socket:
            after = await cursor_of(program)
            await socket.subscribe("e", EVENTS, program=program.id, after=after, types=["INTENT"])
            await registration(program, 1)
            names: set[str] = set()
            while "intent.confirmed" not in names:
                await asyncio.to_thread(anvil.call, "evm_mine")
                event = await next_event(socket, 60)
                names.add(event["name"])
    with redis.Redis.from_url(at.admin) as admin:
        assert [(one["object"], one["username"]) for one in admin.acl_log()] == []
    for log in logs:
        assert "NOPERM" not in log.read_text(), tail(log)
        assert "Traceback" not in log.read_text(), tail(log)
