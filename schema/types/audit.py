"""Who changed what."""

from datetime import datetime

import strawberry

import resolvers.audit_log
from app.store.reads.audit_entries import AuditEntryRow
from schema.fields import resolved
from schema.ids import IdPrefix
from schema.scalars import JSON, Hex
from schema.types.node import Node, public_id, shown_rows


@strawberry.type(
    description="sealed: its place in the program's hash chain is fixed "
    "(asynchronous, normally within seconds)."
)
@shown_rows(AuditEntryRow)
class AuditEntry(Node):
    id: strawberry.ID = public_id(IdPrefix.AUDIT_ENTRY)
    at: datetime
    actor: str
    action: str
    target_id: strawberry.ID | None = resolved(resolvers.audit_log.target_id)
    before: JSON | None
    after: JSON | None
    reason: str | None
    request_id: str | None
    sealed: bool
    hash: Hex | None
    previous_hash: Hex | None
