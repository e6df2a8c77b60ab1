"""Lanes as the platform's people change them, with the web process's rights: a halted lane becomes active, no more."""

from uuid import UUID

from app.store.database import UnitOfWork

_EXISTS = "SELECT true FROM lane WHERE id = $1"
_HALT_REASON = "SELECT halt_reason FROM lane WHERE id = $1 AND status = 'HALTED' FOR UPDATE"
_UNHALT = """
UPDATE lane SET status = 'ACTIVE', halt_reason = NULL, halted_at = NULL WHERE id = $1 AND status = 'HALTED'
"""


async def lane_exists(unit: UnitOfWork, lane_id: UUID) -> bool:
    """Whether the platform has such a lane."""
    return bool(await unit.connection.fetchval(_EXISTS, lane_id))


async def unhalt(unit: UnitOfWork, lane_id: UUID) -> str | None:
    """Makes a halted lane active; returns why it was halted, None when it was not."""
    reason: str | None = await unit.connection.fetchval(_HALT_REASON, lane_id)
    if reason is not None:
        await unit.connection.execute(_UNHALT, lane_id)
    return reason
