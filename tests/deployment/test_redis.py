"""deploy/redis/redis.conf on a real server, with the access list that make-secrets makes."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.checks.findings import Problem
from app.checks.redis import redis_answers, redis_keeps_jobs
from sge.embedded.ports import free_port
from sge.embedded.project import PROJECT
from sge.embedded.redis_binary import redis_binary
from tests.deployment.secrets import make_secrets

START_SECONDS = 10


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """The embedded server may be built without TLS: those lines are left out, which test_encrypted.py is about."""
    secrets = make_secrets(tmp_path / "secrets")
    port = free_port()
    text = (PROJECT / "deploy/redis/redis.conf").read_text()
    lines = [line for line in text.splitlines() if not line.startswith(("tls-", "port "))]
    lines += [f"port {port}", "bind 127.0.0.1"]
    configuration = tmp_path / "redis.conf"
    configuration.write_text(
        "\n".join(lines)
        .replace("/run/secrets", str(secrets))
        .replace("dir /data", f"dir {tmp_path}")
    )
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen([redis_binary(), configuration], stdout=log, stderr=log)
    try:
        _wait(tmp_path, server)
        yield port
    finally:
        server.terminate()
        server.wait(10)


def _wait(folder: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while "Ready to accept connections" not in (text := (folder / "log").read_text()):
        assert server.poll() is None, text
        assert time.monotonic() < deadline, text
        time.sleep(0.02)


async def test_it_keeps_jobs_and_asks_for_the_password(port: int, tmp_path: Path) -> None:
    password = (tmp_path / "secrets" / "redis_password").read_text()
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    assert await redis_keeps_jobs(url) == "noeviction, appendonly"
    with pytest.raises(Problem):
        await redis_answers(f"redis://127.0.0.1:{port}/0")
