"""A read replica of an embedded PostgreSQL: a copy that follows it by streaming replication."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import ClassVar

from sge.embedded.failures import ServerDied
from sge.embedded.ports import LOOPBACK
from sge.embedded.postgres import Postgres
from sge.embedded.postgres_address import SUPERUSER


class Standby(Postgres):
    """Follows a running primary; it is copied at its first start. Roles and passwords are the primary's.

    The primary's port must stay the same while this server lives: keep the object, or give it a port.
    """

    name: ClassVar[str] = "PostgreSQL (replica)"

    def __init__(
        self, folder: Path, primary: Postgres, *, port: int | None = None, durable: bool = True
    ) -> None:
        super().__init__(folder, port=port, durable=durable)
        self._primary = primary
        self._passwords = primary.address.passwords

    def promote(self) -> None:
        """Makes it a primary, on a timeline of its own; returns when it takes writes."""
        self.run_sql("SELECT pg_promote()")

    def hold(self) -> None:
        """Stops replaying: what the primary commits from now on is received, and not seen."""
        self.run_sql("SELECT pg_wal_replay_pause()")
        while self.run_sql("SELECT pg_get_wal_replay_pause_state()").strip() != "paused":
            self.require_alive()

    def go_on(self) -> None:
        """Replays again."""
        self.run_sql("SELECT pg_wal_replay_resume()")

    def _make_data(self) -> None:
        if (self._cluster.data / "PG_VERSION").exists():
            return
        unfinished = self._cluster.data.with_name("data.unfinished")
        if unfinished.exists():
            shutil.rmtree(unfinished)
        unfinished.mkdir(mode=0o700)
        self._copy_into(self._cluster.own(unfinished))
        unfinished.rename(self._cluster.data)

    def _after_start(self) -> None:
        """Roles come with the data."""

    def _copy_into(self, folder: Path) -> None:
        account = self._cluster.account
        command = [str(self._binaries / "pg_basebackup"), "--pgdata", str(folder)]
        command += ["--host", LOOPBACK, "--port", str(self._primary.port)]
        command += ["--username", SUPERUSER, "--no-password", "--wal-method=stream"]
        # It notes for the server whom to follow, with the password.
        command += ["--checkpoint=fast", "--write-recovery-conf", "--no-sync"]
        done = subprocess.run(
            command,
            check=False,
            cwd=folder,
            capture_output=True,
            text=True,
            env={**os.environ, "PGPASSWORD": self._passwords[SUPERUSER]},
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        if done.returncode != 0:
            log = self.folder / "pg_basebackup.log"
            log.write_text(done.stdout + done.stderr)
            raise ServerDied("pg_basebackup", f"ended with exit code {done.returncode}", log)

    def _settings(self, socket_folder: Path) -> dict[str, str]:
        # Rows that a read still needs are kept on the primary: a long list is not cancelled by its vacuum.
        more = {"hot_standby_feedback": "on", "wal_retrieve_retry_interval": "200ms"}
        return super()._settings(socket_folder) | more
