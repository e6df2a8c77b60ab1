"""A server on a restored folder that nobody else can reach, until it has replayed its log."""

import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from sge.backups.programs import Programs
from sge.embedded.child import Launch
from sge.embedded.postgres_cluster import SOCKET_HOME, SOCKET_PREFIX, Cluster
from sge.embedded.server import Server

Tell = Callable[[str], None]
_PORT = 5432
_POLL_SECONDS = 0.1


class RestoredServer(Server):
    """Replays, is promoted, and can be asked over a private Unix socket as any role, without passwords.

    durable=False: for a copy that is thrown away.
    """

    name: ClassVar[str] = "PostgreSQL (restored)"
    farewell: ClassVar[signal.Signals] = signal.SIGINT

    def __init__(
        self,
        folder: Path,
        data: Path,
        programs: Programs,
        database: str,
        *,
        tell: Tell = lambda _: None,
        durable: bool = True,
    ) -> None:
        super().__init__(folder)
        self._programs = programs
        self._database = database
        self._tell = tell
        self._durable = durable
        self._cluster = Cluster(data, Path(programs.path("postgres")).parent, programs.account)
        self._socket_folder: Path | None = None

    def dsn(self, role: str) -> str:
        """Over the socket."""
        return f"postgresql://{role}@/{self._database}?host={self._socket_folder}&port={_PORT}"

    def stop(self) -> None:
        """Cleanly: the folder can be started by anybody afterwards."""
        super().stop()
        if self._socket_folder is not None:
            shutil.rmtree(self._socket_folder, ignore_errors=True)
            self._socket_folder = None

    def _bring_up(self) -> None:
        self._child.start(self._launch())
        while not self._answers():
            self.require_alive()
            self._tell("replaying the log")
            time.sleep(_POLL_SECONDS)

    def _launch(self) -> Launch:
        self._socket_folder = self._cluster.own(
            Path(tempfile.mkdtemp(prefix=SOCKET_PREFIX, dir=SOCKET_HOME))
        )
        own_settings = self._socket_folder / "postgresql.conf"
        own_settings.write_text("")
        access = self._socket_folder / "pg_hba.conf"
        access.write_text("local all all trust\n")
        command = [self._programs.path("postgres"), "-D", str(self._cluster.data)]
        for name, value in self._settings(own_settings, access, self._socket_folder).items():
            command += ["-c", f"{name}={value}"]
        return Launch(command, self._programs.account)

    def _settings(self, own_settings: Path, access: Path, socket_folder: Path) -> dict[str, str]:
        """The original's own settings do not count: they may name an archive, certificates and addresses of another
        machine.
        """
        settings = {
            "config_file": str(own_settings),
            "hba_file": str(access),
            "listen_addresses": "",
            "port": str(_PORT),
            "unix_socket_directories": str(socket_folder),
            "unix_socket_permissions": "0700",
            # Nobody may ask before the whole log is replayed.
            "hot_standby": "off",
            "archive_mode": "off",
            "shared_preload_libraries": "",
            "ssl": "off",
            "logging_collector": "off",
            "timezone": "UTC",
        }
        if not self._durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return settings

    def _answers(self) -> bool:
        return self._cluster.is_ready(self.pid)
