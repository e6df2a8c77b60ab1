"""One live run to a folder."""

import fcntl
import os
from pathlib import Path
from typing import IO

from sge.embedded.failures import AlreadyRunning


class FolderLock:
    """Held while a server runs; the kernel drops it when its holder dies, however it dies."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "lock"
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Raises AlreadyRunning, naming the holder, when another process has the folder."""
        handle = self._path.open("a+")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            holder = handle.read().strip() or "unknown"
            handle.close()
            raise AlreadyRunning(self._path.parent, holder) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        self._file = handle

    def release(self) -> None:
        """Gives the folder back; harmless when it is not held."""
        if self._file is not None:
            self._file.close()
            self._file = None
