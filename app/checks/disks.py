"""Folders of this machine whose disks must not fill."""

import shutil
from functools import partial
from pathlib import Path

from app.checks.findings import Caution, Check, Problem

VARIABLE = "SGE_WATCHED_FOLDERS"
_GIB = 2**30
# Of a small disk a share, of a large one what some hours of work need.
_FULL_SHARE, _FULL_BYTES = 0.05, 1 * _GIB
_LOW_SHARE, _LOW_BYTES = 0.15, 10 * _GIB


def disk_checks(folders: tuple[Path, ...]) -> list[Check]:
    """One for each folder."""
    return [Check(f"disk of {folder}", VARIABLE, partial(_has_space, folder)) for folder in folders]


async def _has_space(folder: Path) -> str:
    try:
        usage = shutil.disk_usage(folder)
    except OSError as problem:
        raise Problem(f"{VARIABLE}: {folder}: {problem.strerror}") from None
    left = f"{usage.free / _GIB:.1f} of {usage.total / _GIB:.1f} GiB are free"
    if usage.free < min(_FULL_SHARE * usage.total, _FULL_BYTES):
        raise Problem(f"{VARIABLE}: the disk of {folder} is full: {left}; free or add space")
    if usage.free < min(_LOW_SHARE * usage.total, _LOW_BYTES):
        raise Caution(f"{VARIABLE}: the disk of {folder} fills: {left}; free or add space soon")
    return left
