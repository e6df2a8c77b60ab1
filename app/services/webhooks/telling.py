"""What is told of webhooks: an event to subscribers, a row to the audit trail. The address in full goes to the latter only."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from app.domain.events import EventType, NewEvent
from app.services.audit import AuditEntry, write_audit
from app.store.database import UnitOfWork
from app.store.webhooks.endpoints import EndpointRow


def host_of(url: str) -> str:
    """What may be told of an address everywhere: its path can be a password of its own."""
    return urlsplit(url).hostname or ""


async def tell(
    unit: UnitOfWork,
    actor: str,
    name: str,
    subject: EndpointRow,
    *,
    now: datetime,
    data: dict[str, Any],
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """subject: the endpoint as it was before this change."""
    target = str(subject.id)
    event = NewEvent(EventType.WEBHOOK, name, target, subject.version + 1, now, {"v": 1, **data})
    unit.record(event)
    await write_audit(unit, AuditEntry(actor, name, target, now, before, after, reason))
