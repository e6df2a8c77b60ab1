"""What PostgreSQL, Redis and anvil have in common: a folder, a lock, a child, readiness."""

import signal
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from sge.embedded.child import Child, Launch, wait_until_ready
from sge.embedded.folder_lock import FolderLock
from sge.embedded.ports import free_port, require_free

READY_SECONDS = 60.0


class Server(ABC):
    """A real server in a folder that survives restarts; use as a context manager, or start/stop."""

    name: ClassVar[str]
    farewell: ClassVar[signal.Signals] = signal.SIGTERM

    def __init__(self, folder: Path, *, port: int | None = None) -> None:
        self.folder = folder.absolute()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._asked_port = port
        self._port: int | None = None
        self._lock = FolderLock(self.folder)
        self._child = Child(self.name, self.folder, self.farewell)

    @property
    def port(self) -> int:
        """The TCP port on 127.0.0.1: the asked one, else a free one kept while this object lives."""
        if self._port is None:
            self._port = self._asked_port or free_port()
        return self._port

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        return self._child.pid

    def start(self) -> Self:
        """Starts the server and returns when it answers.

        Raises AlreadyRunning, PortBusy, ToolMissing or ServerDied, each saying what to do.
        """
        self._lock.take()
        try:
            self._child.stop_orphan()
            require_free(self.name, self.port)
            self._bring_up()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stops the server cleanly; harmless when it does not run."""
        self._child.stop()
        self._lock.release()

    def require_alive(self) -> None:
        """Raises ServerDied when the process has ended by itself."""
        self._child.require_alive()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _bring_up(self) -> None:
        self._child.start(self._launch())
        wait_until_ready(self._child, self._answers, READY_SECONDS)

    @abstractmethod
    def _launch(self) -> Launch:
        """Prepares the folder and says how the process is started."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether the running server serves requests already."""
