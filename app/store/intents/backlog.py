"""How much work waits."""

from app.store.database import ReadSession

_COUNT = "SELECT of_program, of_all FROM sge_backlog($1, $2, $3)"


async def count_backlog(
    session: ReadSession, program_id: int, *, program_limit: int, limit: int
) -> tuple[int, int]:
    """Intents that are not done: of the program and of all programs, counted up to the limits."""
    row = await session.connection.fetchrow(_COUNT, program_id, program_limit, limit)
    assert row is not None
    return row["of_program"], row["of_all"]
