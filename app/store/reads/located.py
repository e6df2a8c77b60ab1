"""In which program an object is."""

from collections.abc import Sequence
from uuid import UUID

from app.store.database import ReadSession

# Definer function: a wallet may be somebody in several programs, and a session sees one at a time.
_LOCATE = "SELECT sge_locate($1, $2, $3)"


async def program_of(
    session: ReadSession, table: str, id_: UUID, programs: Sequence[int]
) -> int | None:
    """Which of these programs has the row; None when none of them."""
    found: int | None = await session.connection.fetchval(_LOCATE, table, id_, programs)
    return found
