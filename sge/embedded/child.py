"""One server process: started, watched, stopped, and found again after its starter was killed."""

import json
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from sge.embedded.failures import ServerDied
from sge.embedded.parent_death import dies_with_parent
from sge.embedded.unprivileged import Account

STOP_SECONDS = 30.0
# psutil derives a process's start from the boot time, which a clock adjustment moves.
_SAME_START_SECONDS = 2.0


@dataclass(frozen=True)
class Launch:
    """How a server's process is started; without a folder, in its own."""

    command: list[str]
    account: Account | None = None
    environment: dict[str, str] | None = None
    folder: Path | None = None


class Child:
    """A process in a session of its own, so that a terminal's Ctrl-C reaches only its parent."""

    def __init__(self, name: str, folder: Path, farewell: signal.Signals) -> None:
        self.name = name
        self.log = folder / "server.log"
        self._folder = folder
        self._record = folder / "process.json"
        self._farewell = farewell
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id; the child must be running."""
        if self._process is None:
            raise ServerDied(self.name, "is not running", self.log)
        return self._process.pid

    def start(self, launch: Launch) -> None:
        """Starts the process and records it for a later run."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                launch.command,
                cwd=launch.folder or self._folder,
                env=launch.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=dies_with_parent(self._farewell),  # noqa: PLW1509 - prctl alone
                user=launch.account.uid if launch.account else None,
                group=launch.account.gid if launch.account else None,
                extra_groups=[] if launch.account else None,
            )
        started = psutil.Process(self._process.pid).create_time()
        self._record.write_text(json.dumps({"pid": self._process.pid, "started": started}))

    def require_alive(self) -> None:
        """Raises ServerDied when the process has ended."""
        if self._process is not None and self.has_ended():
            code = self._process.returncode
            raise ServerDied(self.name, f"ended with exit code {code}", self.log)

    def has_ended(self) -> bool:
        """Whether a started process has ended by itself."""
        return self._process is not None and self._process.poll() is not None

    def ask_to_stop(self) -> None:
        """Sends the farewell signal and returns at once."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(self._farewell)

    def stop(self) -> None:
        """Asks the process to end, waits, and kills it when it does not."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self.ask_to_stop()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None
        self._record.unlink(missing_ok=True)

    def stop_orphan(self) -> None:
        """Ends what an earlier run, killed before it could clean up, has left running."""
        orphan = self._recorded_process()
        if orphan is not None:
            orphan.send_signal(self._farewell)
            _, alive = psutil.wait_procs([orphan], timeout=STOP_SECONDS)
            for process in alive:
                process.kill()
                process.wait()
        self._record.unlink(missing_ok=True)

    def _recorded_process(self) -> psutil.Process | None:
        if not self._record.exists():
            return None
        try:
            record = json.loads(self._record.read_text())
            process = psutil.Process(record["pid"])
            # A process id is used again; together with the start it names one process.
            same = abs(process.create_time() - record["started"]) < _SAME_START_SECONDS
        except (ValueError, KeyError, psutil.Error):
            return None
        return process if same else None


def wait_until_ready(server: Child, answers: Callable[[], bool], seconds: float) -> None:
    """Polls until the server answers; raises ServerDied when it ends or the time is over."""
    deadline = time.monotonic() + seconds
    while not answers():
        server.require_alive()
        if time.monotonic() > deadline:
            raise ServerDied(server.name, f"did not answer within {seconds:.0f} s", server.log)
        time.sleep(0.02)
