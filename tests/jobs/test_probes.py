"""Workers and schedulers as processes of their own, each asked at its own port."""

import socket
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx
import pytest

from app.domain.clock import real_clock
from app.runtime import Runtime
from app.settings import Settings, SettingsMistake
from app.store.database import Database as Pool
from jobs.probes import probes
from sge.embedded.anvil import Anvil
from sge.embedded.ports import free_port
from sge.starting import probe_socket
from tests.fixtures.databases import Database
from tests.jobs.worker_process import running, tail
from tests.services.world import RecordingBells

_SETTINGS = {"SGE_ENCRYPTION_KEY": "a secret of the tests, as long as it has to be"}
_FIGURES = ("sge_queue_depth{", "sge_discrepancies_open{", "sge_workers{", "sge_seal_lag_seconds ")


def _ask(port: int, path: str, log: Path, wanted: str = "") -> str:
    """The answer, once it holds what is wanted."""
    ends = time.monotonic() + 60
    answer = ""
    while time.monotonic() < ends:
        try:
            answer = httpx.get(f"http://127.0.0.1:{port}{path}", trust_env=False).text
        except httpx.HTTPError:
            answer = ""
        if answer and wanted in answer:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"{answer[-500:]}\n{tail(log)}")


@pytest.mark.long
async def test_each_process_answers_for_itself_and_one_for_the_platform(
    database: Database, redis_url: str, tmp_path: Path
) -> None:
    settings = _SETTINGS | {
        "SGE_DATABASE_WORKER_URL": database.dsn("sge_worker"),
        "SGE_REDIS_URL": redis_url,
    }
    log = tmp_path / "log"
    ports = [free_port() for _ in range(3)]
    commands = [["scheduler"], ["scheduler"], ["worker", "--queue", "webhooks"]]
    with ExitStack() as stack:
        for command, port in zip(commands, ports, strict=True):
            own = settings | {"SGE_METRICS_PORT": str(port)}
            stack.enter_context(running(command, own, log))
        for port in ports:
            assert _ask(port, "/healthz", log) == '{"alive":true}'
            assert '"ready":true' in _ask(port, "/readyz", log)
        worker = _ask(ports[2], "/metrics", log, "sge_worker_up 1.0")
        assert not any(name in worker for name in _FIGURES)
        answers = [_ask(port, "/metrics", log, "sge_scheduler_leads") for port in ports[:2]]
        leading = [one for one in answers if "sge_scheduler_leads 1.0" in one]
        assert len(leading) == 1
        assert all(name in leading[0] for name in _FIGURES)
        assert sum(any(name in one for name in _FIGURES) for one in answers) == 1
    # Whoever schedules looks at the platform too.
    connection = await asyncpg.connect(database.superuser_dsn)
    assert await connection.fetchval("SELECT read_at IS NOT NULL FROM platform_health")
    await connection.close()


@pytest.mark.parametrize("hours_ahead", [0, 1])
async def test_it_names_what_is_wrong_and_only_what_all_work_needs_makes_it_unready(
    database: Database, redis_url: str, anvil: Anvil, tmp_path: Path, hours_ahead: int
) -> None:
    token = {"code": "USDC", "address": "0x" + "1" * 40, "decimals": 6, "name": "x", "version": "2"}
    nodes = [anvil.url, "http://127.0.0.1:1"]
    chain = {"chain_id": 5, "name": "x", "rpc_urls": nodes, "tokens": [token]}
    gone = tmp_path / "gone"
    gone.mkdir()
    settings = Settings.model_validate(
        {"redis_url": redis_url, "chains": [chain], "watched_folders": [gone]}
    )
    gone.rmdir()
    pool = await Pool.connect(database.dsn("sge_worker"), maximum=3)
    runtime = Runtime(
        settings,
        RecordingBells(),
        clock=lambda: real_clock() + timedelta(hours=hours_ahead),
        databases={"worker": pool},
    )
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/readyz"
        async with probes(runtime, listening), httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(address)
    await pool.close()
    problems = answer.json()["problems"]
    named = {"chain 5 at endpoint 1", "chain 5 at endpoint 2", f"disk of {gone}"}
    assert set(problems) == named | ({"clock"} if hours_ahead else set())
    assert "is chain 31337, not 5" in problems["chain 5 at endpoint 1"]
    assert answer.status_code == (503 if hours_ahead else 200)
    assert {"PostgreSQL", "PostgreSQL's disk", "Redis"} <= set(answer.json()["right"])
    if hours_ahead:
        assert problems["clock"].startswith("SGE_DATABASE_WORKER_URL: this machine's clock is 3600")


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingsMistake, match=f"SGE_METRICS_PORT: cannot listen .* {port}"):
            probe_socket(Settings(metrics_port=port))
