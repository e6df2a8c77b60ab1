"""In which program an object is."""

from collections.abc import Sequence
from uuid import UUID

from app.store.database import ReadSession

# Definer function: a wallet may be somebody in several programs, and a session sees one at a time.
_LOCATE = """
SELECT sge_locate(asked.name, asked.id, $3) FROM unnest($1::text[], $2::uuid[]) WITH ORDINALITY AS asked (name, id, n)
 ORDER BY asked.n
"""

Asked = tuple[str, UUID, tuple[int, ...]]
"""A table, the id of one of its rows, and the programs that may be told of."""


async def programs_of(session: ReadSession, asked: Sequence[Asked]) -> list[int | None]:
    """Which of its programs has each row; None when none of them."""
    found: dict[Asked, int | None] = {}
    for programs in {one[2] for one in asked}:
        together = [one for one in asked if one[2] == programs]
        rows = await session.connection.fetch(
            _LOCATE, [one[0] for one in together], [one[1] for one in together], programs
        )
        found |= {one: row[0] for one, row in zip(together, rows, strict=True)}
    return [found[one] for one in asked]
