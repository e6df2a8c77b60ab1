"""Reorganisations beyond finality that were reported before."""

from app.store.database import ReadSession, UnitOfWork

_NEWEST = """
SELECT reference FROM discrepancy
 WHERE program_id = $1 AND kind = 'DEEP_REORGANISATION' AND starts_with(reference, $2)
 ORDER BY opened_at DESC, id DESC LIMIT 1
"""


async def newest_reorganisation(
    session: ReadSession | UnitOfWork, program_id: int, chain_id: int
) -> int | None:
    """The last block that stood when the newest one was reported; None: none was."""
    prefix = f"{chain_id}:"
    reference = await session.connection.fetchval(_NEWEST, program_id, prefix)
    return None if reference is None else int(reference.removeprefix(prefix))
