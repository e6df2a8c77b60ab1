"""What a recovery has found so far, program by program, and which credentials live again by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.store.database import ReadSession

# $1: when the recovery began. What was posted since is what the restored state did not know.
_PROGRAMS = """
SELECT p.slug, p.status, p.pause_reason, c.block_number, c.stopped,
       (SELECT count(*) FROM intent_state s
         WHERE s.program_id = p.id AND s.status = 'CONFIRMED' AND s.updated_at >= $1) AS settled,
       (SELECT count(*) FROM safe_transaction x
         WHERE x.program_id = p.id AND x.status = 'EXECUTED' AND x.finished_at >= $1) AS executed,
       ARRAY(SELECT d.kind || ' ' || d.severity FROM discrepancy d
              WHERE d.program_id = p.id AND d.resolved_at IS NULL AND d.opened_at >= $1
              ORDER BY d.opened_at, d.id) AS open
  FROM program p
  LEFT JOIN consumed_through c ON c.program_id = p.id AND c.chain_id = p.chain_id
 WHERE p.status <> 'ARCHIVED'
 ORDER BY p.slug
"""
_CREDENTIALS = """
SELECT (SELECT count(*) FROM api_key WHERE revoked_at IS NULL AND coalesce(expires_at > $1, true)) AS keys,
       (SELECT count(*) FROM program_member) AS members
"""
_POSTED = "SELECT program_id FROM consumed_through ORDER BY program_id"


@dataclass(frozen=True, slots=True)
class ProgramFindings:
    """settled, executed: intents and Safe transactions that the chain proved. open: kind and severity of each discrepancy.

    stopped: why nothing more is posted; None while it is.
    """

    slug: str
    status: str
    pause_reason: str | None
    through: int | None
    stopped: str | None
    settled: int
    executed: int
    open: Sequence[str]


@dataclass(frozen=True, slots=True)
class LiveCredentials:
    """How many keys and memberships are good, among them those that were taken away after the backup."""

    keys: int
    members: int


async def program_findings(session: ReadSession, begun_at: datetime) -> list[ProgramFindings]:
    """Of every program, by slug."""
    return [
        ProgramFindings(
            row["slug"],
            row["status"],
            row["pause_reason"],
            row["block_number"],
            row["stopped"],
            row["settled"],
            row["executed"],
            tuple(row["open"]),
        )
        for row in await session.connection.fetch(_PROGRAMS, begun_at)
    ]


async def live_credentials(session: ReadSession, now: datetime) -> LiveCredentials:
    row = await session.connection.fetchrow(_CREDENTIALS, now)
    assert row is not None
    return LiveCredentials(row["keys"], row["members"])


async def posted_programs(session: ReadSession) -> list[int]:
    """Every program whose logs are posted."""
    return [row["program_id"] for row in await session.connection.fetch(_POSTED)]
