"""The audit log of a program, each entry beside its seal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from app.store.database import ReadSession
from app.store.reads.values import Slice


@dataclass(frozen=True, slots=True)
class AuditEntryRow:
    """target_id: as it was written, mostly the uuid of what was changed. hash, previous_hash: None until it is sealed."""

    program_key: int
    id: UUID
    at: datetime
    actor: str
    action: str
    target_id: str | None
    before: Any
    after: Any
    reason: str | None
    request_id: str | None
    hash: bytes | None = None
    previous_hash: bytes | None = None

    @property
    def sealed(self) -> bool:
        return self.hash is not None


_COLUMNS = "program_id, id, at, actor, action, target_id, before, after, reason, request_id"
_NEWEST = f"SELECT {_COLUMNS} FROM audit WHERE program_id = $1 ORDER BY id DESC LIMIT $2"
# A statement of its own: with `$2 IS NULL OR …` a plan for any parameter would start at the newest row each time.
_OLDER = f"SELECT {_COLUMNS} FROM audit WHERE program_id = $1 AND id < $3 ORDER BY id DESC LIMIT $2"
_BY_IDS = f"SELECT {_COLUMNS} FROM audit WHERE program_id = $1 AND id = ANY($2::uuid[])"
_COUNT = (
    "SELECT count(*) FROM (SELECT 1 FROM audit WHERE program_id = $1 ORDER BY id LIMIT 10002) c"
)
# Apart from the rows: a condition that casts uuid to text uses no index under row-level security.
_SEALS = """
SELECT through::uuid AS id, hash, previous_hash FROM seal
 WHERE program_id = $1 AND stream = 'AUDIT' AND through = ANY($2::text[])
"""


async def page(session: ReadSession, _given: None, part: Slice) -> list[AuditEntryRow]:
    """Newest first; the sort key is (id)."""
    statement = _NEWEST if part.after is None else _OLDER
    values = () if part.after is None else (part.key(0),)
    records = await session.connection.fetch(statement, session.program_id, part.limit, *values)
    return await _beside_seals(session, records)


async def count(session: ReadSession, _given: None) -> int:
    """How many there are, counted up to 10 002."""
    found: int = await session.connection.fetchval(_COUNT, session.program_id)
    return found


async def by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[AuditEntryRow | None]:
    """Entries of this snapshot's program."""
    records = await session.connection.fetch(_BY_IDS, session.program_id, ids)
    found = {row.id: row for row in await _beside_seals(session, records)}
    return [found.get(id_) for id_ in ids]


async def _beside_seals(
    session: ReadSession, records: Sequence[asyncpg.Record]
) -> list[AuditEntryRow]:
    ids = [str(record["id"]) for record in records]
    seals = await session.connection.fetch(_SEALS, session.program_id, ids)
    hashes = {row["id"]: row for row in seals}
    return [_entry(record, hashes.get(record["id"])) for record in records]


def _entry(record: asyncpg.Record, seal: asyncpg.Record | None) -> AuditEntryRow:
    entry = AuditEntryRow(*record)
    if seal is None:
        return entry
    return replace(entry, hash=seal["hash"], previous_hash=seal["previous_hash"])
