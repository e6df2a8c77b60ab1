"""What providers' webhooks are signed with, sealed."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.store.database import ReadSession, UnitOfWork

_FIND = "SELECT program_id, secret_id, sealed FROM sge_provider_secrets($1, $2, $3, $4, $5)"
# Locked, so that two at once follow each other.
_IN_USE = """
SELECT id, sealed FROM provider_secret
 WHERE program_id = $1 AND provider = $2 AND valid_until IS NULL FOR UPDATE
"""
_END = """
UPDATE provider_secret SET valid_until = $3
 WHERE program_id = $1 AND provider = $2 AND valid_until IS NULL
"""
_END_SURPLUS = """
UPDATE provider_secret s SET valid_until = $3
  FROM (SELECT o.id FROM provider_secret o
         WHERE o.program_id = $1 AND o.provider = $2 AND o.valid_until > $3
         ORDER BY o.created_at DESC, o.id DESC OFFSET $4) surplus
 WHERE s.program_id = $1 AND s.id = surplus.id
"""
_INSERT = """
WITH raised AS (UPDATE program SET version = version + 1 WHERE id = $1)
INSERT INTO provider_secret (program_id, id, provider, sealed, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6)
"""


@dataclass(frozen=True, slots=True)
class SealedSecret:
    """One that is good now."""

    program_id: int
    id: UUID
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewSecret:
    """One that takes the place of those before it."""

    id: UUID
    provider: str
    sealed: bytes = field(repr=False)
    created_by: str
    created_at: datetime


async def good_secrets(
    session: ReadSession,
    program: UUID | str,
    provider: str,
    at: datetime,
    most: int,
) -> list[SealedSecret]:
    """A program's secrets that are good at an instant, the newest first; program: its public id or its slug."""
    by_id, by_slug = (program, None) if isinstance(program, UUID) else (None, program)
    rows = await session.connection.fetch(_FIND, by_id, by_slug, provider, at, most)
    return [SealedSecret(*row) for row in rows]


async def lock_secret_in_use(unit: UnitOfWork, provider: str) -> SealedSecret | None:
    """The newest of the unit's own program."""
    row = await unit.connection.fetchrow(_IN_USE, unit.program_id, provider)
    if row is None or unit.program_id is None:
        return None
    return SealedSecret(unit.program_id, row["id"], row["sealed"])


async def replace_secret(
    unit: UnitOfWork, new: NewSecret, older_until: datetime, most: int
) -> None:
    """The one in use stays good until older_until; of all that are good, the newest `most` stay so. Raises the program's
    version.
    """
    await unit.connection.execute(_END, unit.program_id, new.provider, older_until)
    await unit.connection.execute(
        _END_SURPLUS, unit.program_id, new.provider, new.created_at, most - 1
    )
    await unit.connection.execute(
        _INSERT,
        unit.program_id,
        new.id,
        new.provider,
        new.sealed,
        new.created_by,
        new.created_at,
    )
