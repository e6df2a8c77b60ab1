"""How one statement looks to one login role: what it takes and gives, and whether it may be executed."""

import asyncpg

ROLES = ("sge_owner", "sge_api", "sge_worker", "sge_feed", "sge_reader")
Shape = list[list[str]]


async def look_on(connection: asyncpg.Connection, text: str) -> Shape | str:
    """Types of its parameters, names and types of its columns; else why this role cannot execute it."""
    try:
        prepared = await connection.prepare(text)
        # Planning alone does not ask for rights; beginning to execute does.
        await connection.execute(f"EXPLAIN (GENERIC_PLAN) {text}")
    except asyncpg.PostgresError as problem:
        return f"{type(problem).__name__}: {problem}"
    parameters = [each.name for each in prepared.get_parameters()]
    columns = [f"{each.name} {each.type.name}" for each in prepared.get_attributes()]
    return [parameters, columns]
