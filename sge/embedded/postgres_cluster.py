"""A PostgreSQL data folder: made once, owned by whoever the server runs as, ready or not."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import psutil

from sge.embedded.failures import ServerDied
from sge.embedded.unprivileged import Account

# A Unix socket's path may have about 100 characters, which a project's folder may exceed;
# mkdtemp makes a folder that nobody else can open.
SOCKET_HOME = Path("/tmp")  # noqa: S108
SOCKET_PREFIX = "sge-pg-"
_LOCK_LINES = 8
_SOCKET_LINE = 4
_STATUS_LINE = 7
_STOP_SECONDS = 30.0


class Cluster:
    """The data folder, and what its lock file `postmaster.pid` says about a server."""

    def __init__(self, data: Path, binaries: Path, account: Account | None) -> None:
        self.data = data
        self.account = account
        self._binaries = binaries

    def own(self, folder: Path) -> Path:
        """Gives the folder to whoever the server runs as."""
        if self.account is not None:
            os.chown(folder, self.account.uid, self.account.gid)
        return folder

    def ensure_made(self, superuser: str) -> None:
        """Makes the cluster when there is none; one that was interrupted is made anew."""
        if (self.data / "PG_VERSION").exists():
            return
        unfinished = self.data.with_name("data.unfinished")
        if unfinished.exists():
            shutil.rmtree(unfinished)
        unfinished.mkdir(mode=0o700)
        self._initdb(self.own(unfinished), superuser)
        unfinished.rename(self.data)

    def remove(self) -> None:
        """Deletes the data, and all that a killed server has left."""
        if self.data.exists():
            self.clear_traces_of_a_killed_run()
            shutil.rmtree(self.data)

    def _initdb(self, folder: Path, superuser: str) -> None:
        command = [str(self._binaries / "initdb"), "-D", str(folder), "-U", superuser]
        # The socket's folder is closed to others; the port is not.
        command += ["--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8"]
        # The same order of text on every machine, whatever locales it has.
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        # What a disk got wrong is found when it is read, and by each backup.
        command += ["--data-checksums", "--no-sync", "--no-instructions"]
        done = subprocess.run(
            command,
            check=False,
            cwd=folder,
            capture_output=True,
            text=True,
            user=self.account.uid if self.account else None,
            group=self.account.gid if self.account else None,
            extra_groups=[] if self.account else None,
        )
        if done.returncode != 0:
            log = folder.with_name("initdb.log")
            log.write_text(done.stdout + done.stderr)
            raise ServerDied("initdb", f"ended with exit code {done.returncode}", log)

    def is_ready(self, pid: int) -> bool:
        """Whether the server with this process id says that it takes connections."""
        lines = self._lock_lines()
        return (
            len(lines) == _LOCK_LINES
            and lines[0] == str(pid)
            and lines[_STATUS_LINE].strip() == "ready"
        )

    def clear_traces_of_a_killed_run(self) -> None:
        """Waits for the children of a killed server, and removes its socket and its lock file.

        PostgreSQL itself refuses to start when another program has got the process id by now.
        """
        lines = self._lock_lines()
        self._wait_for_leftovers()
        if len(lines) > _SOCKET_LINE:
            socket_folder = Path(lines[_SOCKET_LINE])
            if socket_folder.name.startswith(SOCKET_PREFIX):
                shutil.rmtree(socket_folder, ignore_errors=True)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _wait_for_leftovers(self) -> None:
        """Backends notice their postmaster's death by themselves, but not at once."""
        deadline = time.monotonic() + _STOP_SECONDS
        while (left := self._processes()) and time.monotonic() < deadline:
            time.sleep(0.05)
        for process in left:
            process.kill()

    def _processes(self) -> list[psutil.Process]:
        return [process for process in psutil.process_iter(["cwd"]) if self._works_here(process)]

    def _works_here(self, process: psutil.Process) -> bool:
        return bool(process.info["cwd"] == str(self.data))

    def _lock_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []
