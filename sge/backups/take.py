"""Takes a backup: PostgreSQL's own copy of all its files, with the log that makes them one state, and verifies it."""

import os
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from app.domain.clock import Clock
from sge.backups.note import DATA, UNFINISHED, Backup, BackupNote, write_note
from sge.backups.programs import Programs
from sge.backups.verify import verify
from sge.failures import CannotStart

Tell = Callable[[str], None]
_OWNER_ONLY = 0o700


def take_backup(url: str, folder: Path, programs: Programs, clock: Clock, tell: Tell) -> Backup:
    """A new folder in `folder`, named by the time; it has its name only once it is whole and verified.

    url: PostgreSQL as a role with REPLICATION, directly, not through a pooler. Raises CannotStart.
    """
    address, password = without_password(url)
    begun_at = clock()
    name = f"{begun_at:%Y-%m-%dT%H%M%SZ}"
    unfinished = folder / f"{name}{UNFINISHED}"
    unfinished.mkdir(parents=True, mode=_OWNER_ONLY)
    try:
        arguments = ["--dbname", address, "--no-password", "--pgdata", str(unfinished / DATA)]
        # Spread checkpoints take minutes; a stream of its own brings the log that the copy needs.
        arguments += ["--checkpoint=fast", "--wal-method=stream", "--label=sge", "--progress"]
        arguments += ["--manifest-checksums=SHA256"]
        environment = {**os.environ, "PGPASSWORD": password, "LC_ALL": "C"}
        programs.run("pg_basebackup", arguments, environment=environment, hear=tell)
        manifest = verify(unfinished / DATA, programs, tell)
        note = _note(unfinished / DATA, manifest, url, begun_at, clock())
        write_note(unfinished, note)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    finished = unfinished.rename(folder / name)
    return Backup(finished, note)


def _note(
    data: Path, manifest: dict[str, Any], url: str, begun_at: datetime, finished_at: datetime
) -> BackupNote:
    newest = manifest["WAL-Ranges"][-1]
    return BackupNote(
        begun_at=begun_at,
        finished_at=finished_at,
        # Servers before 17 do not write it.
        system_identifier=manifest.get("System-Identifier", 0),
        timeline=newest["Timeline"],
        end_lsn=newest["End-LSN"],
        server_version=(data / "PG_VERSION").read_text().strip(),
        database=urlsplit(url).path.lstrip("/"),
        size_bytes=sum(file["Size"] for file in manifest["Files"]),
    )


def without_password(url: str) -> tuple[str, str]:
    """What may stand among a process's arguments, which everybody on the machine can read, and the password, which libpq
    takes from the parameters too. Raises CannotStart.
    """
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    user = parts.netloc.rpartition("@")[0].partition(":")[0]
    given = parts.query.split("&") if parts.query else []
    secret = [one.partition("=")[2] for one in given if one.startswith("password=")]
    if any(one.startswith("sslpassword=") for one in given):
        raise CannotStart(
            "SGE_DATABASE_BACKUP_URL has an sslpassword, which everybody on the machine could read while the backup runs:"
            " use a key without one, which only its owner can read"
        )
    kept = "&".join(one for one in given if not one.startswith("password="))
    address = urlunsplit(parts._replace(netloc=f"{user}@{host}", query=kept))
    return address, unquote(secret[-1] if secret else parts.password or "")
