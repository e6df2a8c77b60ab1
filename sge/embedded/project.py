"""Where this checkout is, and where it keeps what it makes."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
STATE = PROJECT / ".sge"
TOOLS = STATE / "tools"


@contextmanager
def installing(tool: str) -> Iterator[Path]:
    """The tool's folder, while nobody else installs into it (tests start in parallel)."""
    folder = TOOLS / tool
    folder.mkdir(parents=True, exist_ok=True)
    with (TOOLS / f"{tool}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
