"""Deliveries one by one: how a try ended, and what a person asks for."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.webhooks.outcomes import Outcome
from app.store.database import UnitOfWork
from app.store.webhooks.claims import Claimed

_LOCK = """
SELECT id, endpoint_id, event_name, status, tries, failures, lease_until IS NOT NULL AS sending FROM webhook_delivery
 WHERE program_id = $1 AND id = $2 FOR NO KEY UPDATE
"""
_ENDPOINT_OF = "SELECT endpoint_id FROM webhook_delivery WHERE program_id = $1 AND id = $2"
_ATTEMPT = """
INSERT INTO webhook_attempt (program_id, delivery_id, n, at, response_status, error, duration_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
"""
_END_TRY = """
UPDATE webhook_delivery SET status = $3, failures = $4, next_attempt_at = $5, lease_until = NULL, sending_since = NULL,
       lost = 0
 WHERE program_id = $1 AND id = $2
"""
_AGAIN = """
UPDATE webhook_delivery SET status = 'PENDING', failures = 0, lost = 0, next_attempt_at = $3 WHERE program_id = $1 AND id = $2
"""
_DISABLE = """
UPDATE webhook_delivery SET status = 'DISABLED', next_attempt_at = NULL
 WHERE program_id = $1 AND endpoint_id = $2 AND status = 'PENDING'
"""
_FORGET = "SELECT sge_forget_webhooks($1)"


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery whose row is locked. sending: a try of it is under way."""

    id: UUID
    endpoint_id: UUID
    event_name: str
    status: str
    tries: int
    failures: int
    sending: bool


async def endpoint_of(unit: UnitOfWork, delivery_id: UUID) -> UUID | None:
    """Whose row to lock first; None when there is no such delivery."""
    found: UUID | None = await unit.connection.fetchval(_ENDPOINT_OF, unit.program_id, delivery_id)
    return found


async def lock_delivery(unit: UnitOfWork, delivery_id: UUID) -> DeliveryRow | None:
    """A delivery of the unit's own program; its endpoint is locked before."""
    row = await unit.connection.fetchrow(_LOCK, unit.program_id, delivery_id)
    return None if row is None else DeliveryRow(**row)


async def insert_attempt(unit: UnitOfWork, claimed: Claimed, outcome: Outcome) -> None:
    """What came of a try. One that was taken for lost meanwhile stays so."""
    await unit.connection.execute(
        _ATTEMPT,
        unit.program_id,
        claimed.id,
        claimed.n,
        outcome.at,
        outcome.status,
        outcome.error,
        outcome.duration_ms,
    )


async def end_try(
    unit: UnitOfWork, delivery_id: UUID, status: str, failures: int, again_at: datetime | None
) -> None:
    """Nobody sends it any more; again_at: when to, while it is PENDING."""
    await unit.connection.execute(
        _END_TRY, unit.program_id, delivery_id, status, failures, again_at
    )


async def send_again(unit: UnitOfWork, delivery_id: UUID, at: datetime) -> None:
    """PENDING, with all its tries before it."""
    await unit.connection.execute(_AGAIN, unit.program_id, delivery_id, at)


async def disable_deliveries(unit: UnitOfWork, endpoint_id: UUID) -> None:
    """What waited for the endpoint is not sent."""
    await unit.connection.execute(_DISABLE, unit.program_id, endpoint_id)


async def forget_webhooks(unit: UnitOfWork, before: datetime) -> int:
    """Removes up to 10 000 ended deliveries made before an instant, with their tries; returns how many."""
    gone: int = await unit.connection.fetchval(_FORGET, before)
    return gone
