"""deploy/redis/redis.conf on a real server, with the access list that make-secrets makes and an administrator of the test's."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sge.embedded.ports import free_port
from sge.embedded.project import PROJECT
from sge.embedded.redis_binary import redis_binary
from tests.deployment.secrets import make_secrets

_START_SECONDS = 10


@dataclass(frozen=True)
class Address:
    """url: as processes are told it. unnamed: without user and password. admin: of whoever may look at what was refused."""

    url: str
    unnamed: str
    admin: str


@contextmanager
def redis_as_deployed(folder: Path) -> Iterator[Address]:
    """The embedded server may be built without TLS: those lines are left out, which test_encrypted.py is about."""
    secrets = make_secrets(folder / "secrets")
    port = free_port()
    text = (PROJECT / "deploy/redis/redis.conf").read_text()
    lines = [line for line in text.splitlines() if not line.startswith(("tls-", "port "))]
    lines += [f"port {port}", "bind 127.0.0.1"]
    configuration = folder / "redis.conf"
    configuration.write_text(
        "\n".join(lines).replace("/run/secrets", str(folder)).replace("dir /data", f"dir {folder}")
    )
    users = (secrets / "redis_acl").read_text()
    (folder / "redis_acl").write_text(users + "user admin on >admin ~* &* +@all\n")
    with (folder / "log").open("w") as log:
        server = subprocess.Popen([redis_binary(), configuration], stdout=log, stderr=log)
    at = f"127.0.0.1:{port}/0"
    password = (secrets / "redis_password").read_text()
    try:
        _wait(folder, server)
        yield Address(f"redis://sge:{password}@{at}", f"redis://{at}", f"redis://admin:admin@{at}")
    finally:
        server.terminate()
        server.wait(10)


def _wait(folder: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while "Ready to accept connections" not in (text := (folder / "log").read_text()):
        assert server.poll() is None, text
        assert time.monotonic() < deadline, text
        time.sleep(0.02)
