"""The scripts of deploy/postgres on real servers: a primary with checksums, its roles, and a replica that follows.

The embedded PostgreSQL is built without TLS, so encryption alone is switched off in copies of the files; what clients do
with it is in test_encrypted.py.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from app.domain.clock import real_clock
from sge.backups.programs import postgres_programs
from sge.backups.take import take_backup
from sge.embedded.ports import free_port
from sge.embedded.postgres_binaries import postgres_binaries
from sge.embedded.project import PROJECT
from sge.embedded.unprivileged import Account, server_account
from sge.migrations import is_newest, upgrade
from tests.deployment.compose import services
from tests.deployment.secrets import make_secrets
from tests.fixtures.folders import server_folder_for_a_while

SCRIPTS = PROJECT / "deploy" / "postgres"
# As the container's /tmp, /run/secrets and /etc/sge are elsewhere here, they are replaced in copies of the scripts.
PLACES = {"/tmp/": "{tmp}/", "/run/secrets": "{secrets}", "/archive": "{tmp}/archive"}
WITHOUT_TLS = {
    "ssl = on": "ssl = off",
    "hostssl": "host",
    "sslmode=verify-full sslrootcert=$secrets/ca_certificate ": "",
}
DEADLINE_SECONDS = 60
WAL_NAME = 24

pytestmark = pytest.mark.long


@dataclass(frozen=True)
class Place:
    """Where one container's things are."""

    folder: Path
    port: int
    environment: dict[str, str]
    account: Account | None

    @property
    def archive(self) -> Path:
        return self.folder / "archive"

    @property
    def data(self) -> Path:
        return self.folder / "data"


def place(root: Path, name: str, secrets: Path, **more: str) -> Place:
    folder = root / name
    account = server_account()
    binaries = postgres_binaries(account)
    folder.mkdir()
    (folder / "sge").mkdir()
    (folder / "archive").mkdir()
    for file in SCRIPTS.iterdir():
        text = file.read_text()
        for inside, outside in (PLACES | WITHOUT_TLS).items():
            text = text.replace(inside, outside.format(tmp=folder, secrets=secrets))
        (folder / "sge" / file.name).write_text(text)
    port = free_port()
    with (folder / "sge" / "postgresql.conf").open("a") as settings:
        settings.write(
            f"port = {port}\nshared_buffers = 16MB\nunix_socket_directories = '{folder}'\n"
        )
        settings.write("max_connections = 30\nfsync = off\n")
    environment = {
        "PATH": f"{binaries}:{os.environ['PATH']}",
        "PGDATA": str(folder / "data"),
        "PGHOST": str(folder),
        "PGPORT": str(port),
        "SGE_CONFIGURATION": str(folder / "sge"),
        "SGE_SECRETS": str(secrets),
        "SGE_BOOTSTRAP": str(PROJECT / "migrations" / "bootstrap.sql"),
        "LC_ALL": "C",
        **more,
    }
    if account:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, account.uid, account.gid)
    return Place(folder, port, environment, account)


def run(place: Place, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        check=check,
        cwd=place.folder,
        env=place.environment,
        capture_output=True,
        text=True,
        **_identity(place),
    )


@contextmanager
def running(place: Place, script: str) -> Iterator[None]:
    with (place.folder / "log").open("w") as log:
        server = subprocess.Popen(
            ["bash", str(place.folder / "sge" / script)],
            cwd=place.folder,
            env=place.environment,
            stdout=log,
            stderr=log,
            **_identity(place),
        )
    try:
        _wait_until_ready(place, server)
        yield
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


def _identity(place: Place) -> dict[str, object]:
    if place.account is None:
        return {}
    return {"user": place.account.uid, "group": place.account.gid, "extra_groups": []}


def _wait_until_ready(place: Place, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while run(place, "pg_isready", "--quiet", "--username", "postgres", check=False).returncode:
        assert server.poll() is None, (place.folder / "log").read_text()
        assert time.monotonic() < deadline, (place.folder / "log").read_text()
        time.sleep(0.1)


def url(place: Place, secrets: Path, role: str) -> str:
    """The role's address as the deployment's own secrets give it, at this machine's port."""
    made = (secrets / f"database_{role}_url").read_text()
    host = "postgres-replica" if role == "read" else "postgres-primary"
    return made.split("?", maxsplit=1)[0].replace(f"{host}:5432", f"127.0.0.1:{place.port}")


@pytest.fixture
def secrets() -> Iterator[tuple[Path, Path]]:
    with server_folder_for_a_while() as root:
        made = make_secrets(root / "secrets")
        made.chmod(
            0o755
        )  # a container mounts the files alone; here the server goes through the folder
        yield root, made


async def test_a_primary_and_its_replica(secrets: tuple[Path, Path]) -> None:
    root, made = secrets
    entrypoint = shutil.which("env") or ""
    primary = place(root, "primary", made, SGE_ENTRYPOINT=entrypoint)
    arguments = _initdb_arguments()
    run(primary, "initdb", "--username", "postgres", "--auth-local=trust", "--no-sync", *arguments)
    with running(primary, "start-primary.sh"):
        run(primary, "bash", str(primary.folder / "sge" / "make-roles.sh"))
        run(primary, "bash", str(primary.folder / "sge" / "make-roles.sh"))  # safe to repeat
        owner = url(primary, made, "owner")
        await asyncio.to_thread(upgrade, owner)
        assert await asyncio.to_thread(is_newest, owner)
        await _lets_nobody_else_in(primary, made)
        await _is_backed_up(primary, made)
        replica = place(
            root, "replica", made, SGE_PRIMARY_HOST="localhost", SGE_PRIMARY_PORT=str(primary.port)
        )
        with running(replica, "start-replica.sh"):
            await _follows(primary, url(replica, made, "read"))
        with running(replica, "start-replica.sh"):  # its data is there: it goes on from it
            await _follows(primary, url(replica, made, "read"))


async def _follows(primary: Place, replica_url: str) -> None:
    """What the primary has, the replica has a moment later; it takes no writes."""
    admin = await asyncpg.connect(
        host=str(primary.folder), port=primary.port, user="postgres", database="postgres"
    )
    assert await admin.fetchval("SHOW data_checksums") == "on"
    state, how, slot = await admin.fetchrow(
        "SELECT r.state, r.sync_state, s.active FROM pg_stat_replication r, pg_replication_slots s"
        " WHERE s.slot_name = 'sge_replica'"
    )
    assert (state, how, slot) == ("streaming", "quorum", True)
    assert await reader_setting(replica_url) == ""
    reader = await asyncpg.connect(replica_url)
    assert await reader.fetchval("SELECT pg_is_in_recovery()")
    assert await reader.fetchval("SELECT count(*) FROM sge_release()") == 1
    written = await admin.fetchval("SELECT pg_current_wal_flush_lsn()")
    replayed = "SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn"
    for _ in range(200):
        if await reader.fetchval(replayed, written):
            break
        await asyncio.sleep(0.05)
    assert await reader.fetchval(replayed, written)
    await reader.close()
    await admin.close()


async def reader_setting(replica_url: str) -> str:
    """Whom the replica would wait for once it is promoted."""
    reader = await asyncpg.connect(replica_url)
    try:
        return str(await reader.fetchval("SELECT current_setting('synchronous_standby_names')"))
    finally:
        await reader.close()


async def _is_backed_up(primary: Place, secrets: Path) -> None:
    """As the service `backup` does it: by its own role, which reads no table; and the log goes to the archive."""
    address = url(primary, secrets, "backup")
    folder = primary.folder / "backups"
    folder.mkdir()
    programs = postgres_programs(None)
    taken = await asyncio.to_thread(take_backup, address, folder, programs, real_clock, print)
    assert (taken.note.database, taken.note.timeline) == ("sge", 1)
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError, match="no pg_hba"):
        await asyncpg.connect(address)
    run(primary, "psql", "--username=postgres", "--command=SELECT pg_switch_wal()", "postgres")
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not [file for file in primary.archive.iterdir() if len(file.name) == WAL_NAME]:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def test_a_primary_that_cannot_archive_does_not_start(secrets: tuple[Path, Path]) -> None:
    """It would work on until its log has filled the disk."""
    root, made = secrets
    primary = place(root, "primary", made, SGE_ENTRYPOINT=shutil.which("env") or "")
    primary.archive.rmdir()
    done = run(primary, "bash", str(primary.folder / "sge" / "start-primary.sh"), check=False)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr


async def _lets_nobody_else_in(primary: Place, secrets: Path) -> None:
    await (await asyncpg.connect(url(primary, secrets, "api"))).close()
    superuser = url(primary, secrets, "api").replace("sge_api", "postgres")
    with pytest.raises(
        asyncpg.InvalidAuthorizationSpecificationError, match=r"no pg_hba\.conf entry"
    ):
        await asyncpg.connect(superuser)


def _initdb_arguments() -> list[str]:
    return str(services()["postgres-primary"]["environment"]["POSTGRES_INITDB_ARGS"]).split()
