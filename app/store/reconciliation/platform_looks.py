"""Looks at the chain of the platform's audit rows, as rows that never change."""

from datetime import datetime

from app.domain.ids import new_id
from app.domain.reconciliation import PlatformLook
from app.store.database import ReadSession, UnitOfWork

_DUE = """
SELECT NOT EXISTS (SELECT FROM platform_audit_look WHERE looked_at >= $1)
    OR (SELECT faults > 0 AND looked_at < $2 FROM platform_audit_look ORDER BY looked_at DESC LIMIT 1)
"""
_INSERT = """
INSERT INTO platform_audit_look (id, looked_at, seals, head, faults, first_fault) VALUES ($1, $2, $3, $4, $5, $6)
"""
_FAULT = "SELECT first_fault FROM platform_audit_look ORDER BY looked_at DESC LIMIT 1"


async def is_due(session: ReadSession, since: datetime, again: datetime) -> bool:
    """Whether nobody looked since then; and after a look that found something, since `again`."""
    return bool(await session.connection.fetchval(_DUE, since, again))


async def insert(unit: UnitOfWork, look: PlatformLook, at: datetime) -> None:
    """Kept for ever: its head is what later ones compare with."""
    await unit.connection.execute(
        _INSERT, new_id(), at, look.seals, look.head, look.faults, look.first_fault
    )


async def newest_fault(session: ReadSession | UnitOfWork) -> str | None:
    """What the newest look found; None: nothing, or nobody has looked yet."""
    fault: str | None = await session.connection.fetchval(_FAULT)
    return fault
