"""The platform's own audit rows: their chain holds, and is the one that was seen before. No program's run looks at them."""

from uuid import UUID

from app.domain.permissions import PLATFORM_PROGRAM_ID
from app.domain.reconciliation import PlatformLook
from app.domain.seals import SealStream, genesis
from app.store import seals as sealed
from app.store.database import ReadSession
from app.store.reconciliation import seals
from app.store.reconciliation.witnesses import lost_platform_heads

_START = (0, genesis(SealStream.AUDIT, UUID(int=0)))


async def look_at_platform_audit(session: ReadSession) -> PlatformLook:
    """In one snapshot, always from the first seal on: operators do little. What waits for its seal is no fault; that is
    the alert SealLag.
    """
    head = (await sealed.heads(session, SealStream.AUDIT, [PLATFORM_PROGRAM_ID]))[0]
    found = [
        await seals.broken_links(session, SealStream.AUDIT, PLATFORM_PROGRAM_ID, _START),
        await seals.never_sealed(session, SealStream.AUDIT, PLATFORM_PROGRAM_ID, None),
        await lost_platform_heads(session),
    ]
    first = next((f"{row.reference}: {row.actual}" for one in found for row in one.rows), None)
    return PlatformLook(head.n, head.hash, sum(one.total for one in found), first)
