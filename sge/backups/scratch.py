"""Where a drill's copy lies: removed afterwards whatever happened, by the next drill where this one was killed."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sge.backups.restored_server import Tell

_PREFIX = "sge-drill-"
_LOCK = "lock"
_ENTER = 0o711


@contextmanager
def scratch_folder(home: Path | None, tell: Tell) -> Iterator[Path]:
    """An empty folder in `home`, or among temporary ones. Locked for as long as this process lives: the lock of one that was
    killed is free, however its process number is used since.
    """
    place = Path(tempfile.gettempdir()) if home is None else home
    _remove_left_overs(place, tell)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
    # Under root the server runs as somebody else, who has to get to its data.
    folder.chmod(_ENTER)
    # It has its name only when it is held: nobody takes a new folder for a dead one's.
    held = _lock(folder / f"{_LOCK}.new", os.O_CREAT)
    (folder / f"{_LOCK}.new").rename(folder / _LOCK)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if held is not None:
            os.close(held)


def _remove_left_overs(place: Path, tell: Tell) -> None:
    for folder in place.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            # In a folder that everybody writes to, a link may lead anywhere.
            if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
                continue
            held = _lock(folder / _LOCK)
            if held is None:
                continue
            tell(f"removing {folder}, which a drill that was killed left behind")
            shutil.rmtree(folder, ignore_errors=True)
            os.close(held)


def _lock(path: Path, more: int = 0) -> int | None:
    """The locked file; None when another process has it. Raises OSError when there is none."""
    file = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | more, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        return None
    return file
