"""Files that only their owner can read: passwords, keys, the demo's description."""

import os
import secrets
from pathlib import Path

_OWNER_ONLY = 0o600


def write_private(path: Path, text: str) -> None:
    """Replaces the file as a whole; nobody else can read it, and no reader sees half of it."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    fresh.replace(path)


def kept_secret(path: Path) -> str:
    """A random secret that stays the same for as long as its file is there."""
    if not path.exists():
        write_private(path, secrets.token_hex(24))
    return path.read_text().strip()
