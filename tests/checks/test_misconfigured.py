"""`sge doctor` and /readyz name the same mistakes of one deployment, and processes do not start with the worst of them."""

import asyncio
import json
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from typer.testing import CliRunner

from app.settings import Settings
from sge.cli import command_line
from sge.embedded.anvil import Anvil
from sge.embedded.redis_server import Redis
from tests.fixtures.api_process import ApiServer
from tests.fixtures.databases import Database
from tests.fixtures.mounts import small_disk
from tests.sge.environment import complete_environment

NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def full_folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "full"
    folder.mkdir()
    with small_disk(folder, 64):
        (folder / "filling").write_bytes(b"x" * 63 * 1024)
        yield folder


@pytest.fixture
def environment(
    database: Database, own_redis: Redis, anvil: Anvil, full_folder: Path
) -> dict[str, str]:
    """Everything wrong that lets the API start all the same."""
    found = complete_environment(database, own_redis.url, anvil.url)
    (chain,) = json.loads(found["SGE_CHAINS"])
    away = chain | {"chain_id": 5, "rpc_urls": [NOWHERE, anvil.url]}
    return found | {
        "SGE_CHAINS": json.dumps([chain, away]),
        "SGE_WATCHED_FOLDERS": str(full_folder),
    }


@pytest.fixture(autouse=True)
def _away_from_any_dotenv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
async def server(environment: dict[str, str], tmp_path: Path) -> AsyncIterator[ApiServer]:
    started = ApiServer(Settings.model_validate({}), tmp_path, **environment)
    await started.start()
    yield started
    await started.end(signal.SIGTERM)


async def readiness(server: ApiServer) -> tuple[int, dict[str, Any]]:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"http://127.0.0.1:{server.port}/readyz")
    return answer.status_code, answer.json()


def doctor(environment: dict[str, str]) -> str:
    done = CliRunner().invoke(command_line(["doctor", "migrate"]), ["doctor"], env=environment)
    assert done.exit_code == 1, done.output
    return done.stdout


async def test_both_name_what_is_wrong(
    server: ApiServer,
    environment: dict[str, str],
    own_redis: Redis,
    database: Database,
) -> None:
    redis_cli = await asyncio.open_connection("127.0.0.1", own_redis.port)
    password = own_redis.url.split(":")[2].split("@")[0]
    redis_cli[1].write(f"AUTH {password}\r\nCONFIG SET maxmemory-policy allkeys-lru\r\n".encode())
    await redis_cli[0].readline()
    await redis_cli[0].readline()
    redis_cli[1].close()
    status, told = await readiness(server)
    problems = told["problems"]
    assert (status, told["ready"]) == (200, True)  # others can still read, and what waits is kept
    assert set(problems) == {
        "Redis keeps jobs",
        "chain 5 at endpoint 1",
        "chain 5 at endpoint 2",
        f"disk of {environment['SGE_WATCHED_FOLDERS']}",
    }
    assert "maxmemory-policy is allkeys-lru" in problems["Redis keeps jobs"]
    assert "is chain 31337, not 5" in problems["chain 5 at endpoint 2"]
    said = await asyncio.to_thread(doctor, environment)
    for name, problem in problems.items():
        assert f"✗ {name}: {problem}" in said, said
    assert {"PostgreSQL", "clock", "PostgreSQL's disk", "Redis"} <= set(told["right"])
    owner = await asyncpg.connect(database.dsn())
    await owner.execute("DROP FUNCTION sge_release()")
    await owner.close()
    await asyncio.sleep(2.1)
    status, told = await readiness(server)
    assert (status, told["ready"]) == (503, False)
    assert "too old" in told["problems"]["PostgreSQL"]
    assert "run `sge migrate`" in told["problems"]["PostgreSQL"]


def test_the_folder_is_full_indeed(full_folder: Path) -> None:
    usage = shutil.disk_usage(full_folder)
    assert usage.free < 0.05 * usage.total
