"""The audit trail: who did what to which thing, written in the transaction of the change."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from structlog.contextvars import get_contextvars

from app.domain.events import EventType, NewEvent
from app.domain.ids import new_id
from app.store import audit as store
from app.store.database import UnitOfWork


def current_request_id() -> str | None:
    """The id that log lines of this request, run of a job, or command carry."""
    request_id = get_contextvars().get("request_id")
    return None if request_id is None else str(request_id)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """before and after hold JSON values: what a reader needs to see the change, never a secret. at: real time.

    request_id: of the request that is served, unless the entry is written for another one.
    """

    actor: str
    action: str
    target_id: str | None
    at: datetime
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    reason: str | None = None
    request_id: str | None = field(default_factory=current_request_id)


async def write_audit(
    unit: UnitOfWork, *entries: AuditEntry, program_id: int | None = None
) -> None:
    """Writes a row for each entry, and one event that is sealed and never delivered; of the given program, else the
    unit's own.
    """
    rows = [
        store.AuditRow(
            new_id(),
            entry.at,
            entry.actor,
            entry.action,
            entry.target_id,
            entry.before,
            entry.after,
            entry.reason,
            entry.request_id,
        )
        for entry in entries
    ]
    await store.insert_audit(unit, rows, program_id)
    unit.record(audit_event([row.id for row in rows], entries[-1].at), program_id)


def audit_event(audit_ids: Sequence[UUID], at: datetime) -> NewEvent:
    """What the sealer reads."""
    internal = {"audit": [str(audit_id) for audit_id in audit_ids]}
    return NewEvent(
        EventType.AUDIT,
        "audit.written",
        str(audit_ids[0]),
        1,
        at,
        {"v": 1, "internal": internal},
    )
