"""The audit log of a program."""

from uuid import UUID

import strawberry
from strawberry import UNSET, Parent

from app.store.reads import audit_entries
from app.store.reads.audit_entries import AuditEntryRow
from app.store.reads.programs import ProgramRow
from resolvers.access import Info, may_read
from resolvers.listing import ListField, counts_of_program
from resolvers.listing import of_program as pages_of_program
from schema.cursors import CursorCodec
from schema.ids import IdPrefix, encode_id
from schema.paging import Page

_ENTRIES: ListField[int, None, AuditEntryRow] = ListField(
    CursorCodec("auditLog", UUID),
    pages_of_program(audit_entries.page),
    counts_of_program(audit_entries.count),
    lambda row: (row.id,),
)
# The first word of an action says what it was done to.
_TARGETS = {
    "affiliate": IdPrefix.AFFILIATE,
    "api_key": IdPrefix.API_KEY,
    "balance_adjustment": IdPrefix.BALANCE_ADJUSTMENT,
    "chain_transaction": IdPrefix.CHAIN_TRANSACTION,
    "commissions": IdPrefix.PROGRAM,
    "discrepancy": IdPrefix.DISCREPANCY,
    "intent": IdPrefix.INTENT,
    "lane": IdPrefix.LANE,
    "payout_batch": IdPrefix.PAYOUT_BATCH,
    "program": IdPrefix.PROGRAM,
    "reconciliation": IdPrefix.RECONCILIATION_RUN,
    "safe_transaction": IdPrefix.SAFE_TRANSACTION,
    "session": IdPrefix.SESSION,
    "settlement": IdPrefix.SETTLEMENT,
    "terms": IdPrefix.PROGRAM,
    "treasury": IdPrefix.PROGRAM,
    "webhook_delivery": IdPrefix.WEBHOOK_DELIVERY,
    "webhook_endpoint": IdPrefix.WEBHOOK_ENDPOINT,
}


async def of_program(
    root: Parent[ProgramRow], info: Info, first: int = 50, after: str | None = UNSET
) -> Page[AuditEntryRow] | None:
    """What was changed in a program, newest first."""
    if not may_read(info, root.key):
        return None
    return await _ENTRIES.page(info, root.key, root.key, (first, after), None)


def target_id(root: Parent[AuditEntryRow]) -> strawberry.ID | None:
    """The id of what was changed; null for what has none, such as the link to an export."""
    prefix = _TARGETS.get(root.action.partition(".")[0])
    if prefix is None or root.target_id is None:
        return None
    try:
        return strawberry.ID(encode_id(prefix, UUID(root.target_id)))
    except ValueError:
        return None
