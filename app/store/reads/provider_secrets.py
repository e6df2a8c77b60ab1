"""Which secrets a program's providers sign with, never the secrets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.store.database import ReadSession


@dataclass(frozen=True, slots=True)
class ProviderSecretRow:
    """valid_until: None for the one in use."""

    provider: str
    created_at: datetime
    valid_until: datetime | None


_OF_PROGRAMS = """
SELECT program_id, provider, created_at, valid_until FROM provider_secret
 WHERE program_id = ANY($1::bigint[]) ORDER BY provider, created_at, id
"""


async def of_programs(
    session: ReadSession, programs: Sequence[int]
) -> list[list[ProviderSecretRow]]:
    """All secrets of each program, those that ended too, oldest first."""
    found: dict[int, list[ProviderSecretRow]] = {key: [] for key in programs}
    for record in await session.connection.fetch(_OF_PROGRAMS, programs):
        program, *values = record
        found[program].append(ProviderSecretRow(*values))
    return [found[key] for key in programs]
