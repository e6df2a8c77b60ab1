"""Which rows of what was just seeded are to be sealed, in their order."""

from uuid import UUID

from app.store.database import UnitOfWork

_JOURNALS = "SELECT id::text FROM seed_journal ORDER BY id"
_AUDIT = "SELECT id::text FROM audit WHERE program_id = $1 AND id > $2 ORDER BY id"


async def journals(unit: UnitOfWork) -> list[str]:
    """Of the drawn intents."""
    return [row["id"] for row in await unit.connection.fetch(_JOURNALS)]


async def audit_rows(unit: UnitOfWork, program_id: int, after: UUID) -> list[str]:
    """Of the program, newer than one of them."""
    return [row["id"] for row in await unit.connection.fetch(_AUDIT, program_id, after)]
