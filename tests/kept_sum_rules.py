"""Sums that the database keeps are what they sum, whatever ran."""

from typing import Any, Protocol

from app.store.rollups.kept_sums import KEPT_SUMS


class Connection(Protocol):
    async def fetch(self, query: str, *args: Any) -> list[Any]: ...


async def wrong_sums(connection: Connection) -> list[str]:
    """What each wrong row lacks, of every program."""
    return [
        f"{one.table} is the sum of what it sums: program {program['id']}, {dict(row)}"
        for program in await connection.fetch("SELECT id FROM program")
        for one in KEPT_SUMS
        for row in await connection.fetch(one.differences, program["id"])
    ]
