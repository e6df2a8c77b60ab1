"""PostgreSQL refuses to run as root: whom it runs as then, and which folders that user can use."""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sge.embedded.failures import ToolMissing

# Debian's PostgreSQL package makes the first; every Unix has the second.
_CANDIDATES = ("postgres", "nobody")
# Where root keeps what other users must reach, when the project's own folder is closed to them.
_OPEN_HOME = Path("/var/lib/sge-embedded")


@dataclass(frozen=True)
class Account:
    """A user of this machine."""

    name: str
    uid: int
    gid: int

    def can_enter(self, folder: Path) -> bool:
        """Whether this user can reach the folder through all of its parents."""
        probe = subprocess.run(
            ["test", "-x", str(folder)],
            check=False,
            user=self.uid,
            group=self.gid,
            extra_groups=[],
        )
        return probe.returncode == 0


def server_account() -> Account | None:
    """The user that servers run as when we are root; None when we are somebody else already."""
    if os.geteuid() != 0:
        return None
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise ToolMissing(
        "PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody; "
        "run as a normal user"
    )


def reachable_folder(folder: Path, account: Account | None) -> Path:
    """The folder itself, or one of the same meaning that the account can reach."""
    folder.mkdir(parents=True, exist_ok=True)
    if account is None or account.can_enter(folder):
        return folder
    stand_in = _OPEN_HOME / hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    stand_in.mkdir(parents=True, exist_ok=True)
    return stand_in


def reachable_copy(root: Path, parts: list[str], name: str, account: Account | None) -> Path:
    """The root itself, or a copy of these parts of it that the account can reach."""
    if account is None or account.can_enter(root / parts[0]):
        return root
    copy = _OPEN_HOME / name
    if not copy.exists():
        _OPEN_HOME.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_OPEN_HOME) as unfinished:
            fresh = Path(unfinished) / name
            for part in parts:
                if (root / part).exists():
                    shutil.copytree(root / part, fresh / part, symlinks=True)
            with suppress(OSError):  # another process was first
                fresh.rename(copy)
    return copy
