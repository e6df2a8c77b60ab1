"""Whether a backup is what the server wrote: PostgreSQL's manifest, file by file, and the log from its start to its end.

The same checks as pg_verifybackup's, which does not run everywhere (docs/decisions/0192).
"""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sge.backups.programs import Programs
from sge.failures import CannotStart

MANIFEST = "backup_manifest"
_LOG = "pg_wal/"
_MOST_NAMED = 5
_MEGABYTE = 2**20
_LAST_LINE = b'"Manifest-Checksum"'


def read_manifest(data: Path) -> dict[str, Any]:
    """PostgreSQL's list of what it copied, itself checked. Raises CannotStart."""
    try:
        content = (data / MANIFEST).read_bytes()
        manifest: dict[str, Any] = json.loads(content)
        kept = manifest["Manifest-Checksum"]
    except (OSError, ValueError, KeyError) as problem:
        raise CannotStart(f"{data}: the backup has no readable manifest: {problem}") from None
    if hashlib.sha256(content[: content.rindex(_LAST_LINE)]).hexdigest() != kept:
        raise CannotStart(f"{data / MANIFEST}: the manifest was changed; take another backup")
    return manifest


def verify(data: Path, programs: Programs, tell: Callable[[str], None]) -> dict[str, Any]:
    """The manifest, when every file is there as it lists it, no other is, and the log can be read from the backup's start
    to its end. Raises CannotStart that names what is wrong.
    """
    manifest = read_manifest(data)
    listed = {_path(file): file for file in manifest["Files"]}
    wrong = [f"{path}: not in the manifest" for path in sorted(_present(data) - listed.keys())]
    seen = 0
    for path, file in listed.items():
        fault = _fault(data / path, file)
        if fault is not None:
            wrong.append(f"{path}: {fault}")
        seen += file["Size"]
        tell(f"verified {seen // _MEGABYTE} MB")
    if wrong:
        more = f" and {len(wrong) - _MOST_NAMED} more" if len(wrong) > _MOST_NAMED else ""
        named = "; ".join(wrong[:_MOST_NAMED])
        raise CannotStart(f"{data}: the backup is damaged: {named}{more}")
    for stretch in manifest["WAL-Ranges"]:
        _read_log(data, stretch, programs)
    return manifest


def _path(file: dict[str, Any]) -> str:
    encoded = file.get("Encoded-Path")
    return str(file["Path"]) if encoded is None else os.fsdecode(bytes.fromhex(encoded))


def _present(data: Path) -> set[str]:
    found = (path.relative_to(data).as_posix() for path in data.rglob("*") if not path.is_dir())
    return {name for name in found if name != MANIFEST and not name.startswith(_LOG)}


def _fault(path: Path, file: dict[str, Any]) -> str | None:
    if not path.is_file():
        return "missing"
    if path.stat().st_size != file["Size"]:
        return f"has {path.stat().st_size} bytes instead of {file['Size']}"
    if file["Checksum-Algorithm"] != "SHA256":
        return f"has a checksum of {file['Checksum-Algorithm']}; backups here have SHA256"
    with path.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    return None if found == file["Checksum"] else "has another checksum"


def _read_log(data: Path, stretch: dict[str, Any], programs: Programs) -> None:
    arguments = ["--quiet", "--path", str(data / "pg_wal"), "--timeline", str(stretch["Timeline"])]
    arguments += ["--start", stretch["Start-LSN"], "--end", stretch["End-LSN"]]
    programs.run("pg_waldump", arguments, environment={**os.environ, "LC_ALL": "C"})
