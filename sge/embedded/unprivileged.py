"""PostgreSQL refuses to run as root: whom it runs as then, and which folders that user can use."""

import hashlib
import os
import pwd
import shutil
import stat
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
_OPEN = 0o755
_READABLE = 0o644
_ENTER = 0o011


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
    if account is None:
        return folder
    folder.chmod(folder.stat().st_mode | _ENTER)
    if account.can_enter(folder):
        return folder
    return _open_folder(_OPEN_HOME / hashlib.sha256(str(folder).encode()).hexdigest()[:16])


def reachable_copy(root: Path, parts: list[str], name: str, account: Account | None) -> Path:
    """The root itself, or a copy of these parts of it that the account can reach."""
    if account is None or account.can_enter(root / parts[0]):
        return root
    copy = _open_folder(_OPEN_HOME) / name
    if not copy.exists():
        with tempfile.TemporaryDirectory(dir=_OPEN_HOME) as unfinished:
            fresh = Path(unfinished) / name
            for part in parts:
                if (root / part).exists():
                    shutil.copytree(root / part, fresh / part, symlinks=True)
            _open_tree(fresh)
            with suppress(OSError):  # another process was first
                fresh.rename(copy)
    return copy


def _open_folder(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(_OPEN)
    return folder


def _open_tree(tree: Path) -> None:
    """Whatever the installer's umask was, others may read the copy and run its programs."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(_OPEN if runs else _READABLE)
