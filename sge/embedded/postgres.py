"""PostgreSQL as a child process, with the cluster's roles and database in place."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

from sge.embedded.child import Launch
from sge.embedded.failures import EmbeddedFailure
from sge.embedded.ports import LOOPBACK
from sge.embedded.postgres_address import DATABASE, ROLES, SUPERUSER, PostgresAddress
from sge.embedded.postgres_binaries import postgres_binaries
from sge.embedded.postgres_cluster import SOCKET_HOME, SOCKET_PREFIX, Cluster
from sge.embedded.private_file import kept_secret
from sge.embedded.project import PROJECT
from sge.embedded.server import Server
from sge.embedded.unprivileged import reachable_folder, server_account

BOOTSTRAP = PROJECT / "migrations" / "bootstrap.sql"


class Postgres(Server):
    """A PostgreSQL cluster in a folder, on a private Unix socket and a port of 127.0.0.1.

    `durable=False` (tests) gives up on surviving a crash of the machine, for speed. archive: where its log is kept, to
    restore to a point in time. settings: further ones of the server, for what this run is for.
    """

    name: ClassVar[str] = "PostgreSQL"
    farewell: ClassVar[signal.Signals] = signal.SIGINT  # its "fast shutdown"

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        durable: bool = True,
        archive: Path | None = None,
        settings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(folder, port=port)
        account = server_account()
        self._durable = durable
        self._archive = archive
        self._further = settings
        self._binaries = postgres_binaries(account)
        self._cluster = Cluster(
            reachable_folder(self.folder, account) / "data", self._binaries, account
        )
        self._socket_folder: Path | None = None
        self._passwords = {
            role: kept_secret(self.folder / f"{role}.password") for role in (SUPERUSER, *ROLES)
        }

    @property
    def address(self) -> PostgresAddress:
        """How to reach the running server."""
        if self._socket_folder is None:
            raise EmbeddedFailure(f"{self.name} in {self.folder} is not running")
        return PostgresAddress(self.port, self._socket_folder, self._passwords)

    def dsn(self, role: str = "sge_owner", database: str = DATABASE) -> str:
        """`postgresql://role:password@127.0.0.1:port/database`."""
        return self.address.dsn(role, database)

    def run_sql(self, script: str, database: str = "postgres") -> str:
        """Runs a psql script as the superuser, stops at its first error; returns what it prints."""
        command = [str(self._binaries / "psql"), "--no-psqlrc", "--quiet", "--no-align"]
        command += ["--tuples-only", "--set=ON_ERROR_STOP=1"]
        command += [f"--dbname={self.address.socket_dsn(SUPERUSER, database)}"]
        done = subprocess.run(
            command,
            check=False,
            input=script,
            capture_output=True,
            text=True,
            env={**os.environ, **self._password_variables()},
        )
        if done.returncode != 0:
            raise EmbeddedFailure(f"PostgreSQL refused a statement: {done.stderr.strip()}")
        return done.stdout

    def stop(self) -> None:
        """Fast shutdown: transactions roll back, the data is written, the socket goes."""
        super().stop()
        if self._socket_folder is not None:
            shutil.rmtree(self._socket_folder, ignore_errors=True)
            self._socket_folder = None

    def remove(self) -> None:
        """Deletes the data; raises AlreadyRunning when another run uses it."""
        self._lock.take()
        self._child.stop_orphan()
        self._cluster.remove()
        self._lock.release()

    def _bring_up(self) -> None:
        self._make_data()
        self._cluster.clear_traces_of_a_killed_run()
        super()._bring_up()
        self._after_start()

    def _make_data(self) -> None:
        self._cluster.ensure_made(SUPERUSER)

    def _after_start(self) -> None:
        self._bootstrap()

    def _launch(self) -> Launch:
        self._socket_folder = self._cluster.own(
            Path(tempfile.mkdtemp(prefix=SOCKET_PREFIX, dir=SOCKET_HOME))
        )
        command = [str(self._binaries / "postgres"), "-D", str(self._cluster.data)]
        for name, value in self._settings(self._socket_folder).items():
            command += ["-c", f"{name}={value}"]
        return Launch(command, self._cluster.account)

    def _settings(self, socket_folder: Path) -> dict[str, str]:
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": str(socket_folder),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "timezone": "UTC",
            # The passwords are random; stretching them would only slow connecting down.
            "scram_iterations": "1",
        }
        if self._archive is not None:
            settings |= archiving(self._archive)
        if not self._durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return settings | dict(self._further)

    def _answers(self) -> bool:
        return self._cluster.is_ready(self.pid)

    def _bootstrap(self) -> None:
        """Roles, their passwords and the database: safe to repeat, so it runs at each start."""
        variable = _password_variable(SUPERUSER)
        own = f"\\getenv password {variable}\nALTER ROLE {SUPERUSER} PASSWORD :'password';\n"
        self.run_sql(own + BOOTSTRAP.read_text())

    def _password_variables(self) -> dict[str, str]:
        return {_password_variable(role): word for role, word in self._passwords.items()}


def archiving(folder: Path) -> dict[str, str]:
    """Settings that keep each finished part of the log in the folder, whole or not at all, and finish one each minute.

    The server may ask again for one that is there, when it died before it could note that.
    """
    kept = f'"{folder}/%f"'
    copy = f'test ! -f {kept} && cp "%p" "{folder}/%f.part" && mv "{folder}/%f.part" {kept}'
    command = f'cmp -s "%p" {kept} || {{ {copy}; }}'
    return {"archive_mode": "on", "archive_command": command, "archive_timeout": "60"}


def _password_variable(role: str) -> str:
    return f"{role.upper()}_PASSWORD"
