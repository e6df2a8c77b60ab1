"""Lanes, as the platform's people see them."""

from datetime import datetime
from uuid import UUID

from app.domain.errors import Refusal, RefusalCode
from app.domain.permissions import PLATFORM_PROGRAM_ID, Authority
from app.domain.states import LaneStatus
from app.domain.texts import check_reason
from app.services.audit import AuditEntry, write_audit
from app.store.chain import lane_status
from app.store.database import UnitOfWork


async def unhalt_lane(
    unit: UnitOfWork, authority: Authority, lane_id: UUID, reason: str, now: datetime
) -> None:
    """A halted lane takes work again; one that is not halted stays as it is.

    Refuses NOT_FOUND. The unit is the platform's.
    """
    assert unit.program_id == PLATFORM_PROGRAM_ID
    check_reason(reason)
    if not await lane_status.lane_exists(unit, lane_id):
        raise Refusal(RefusalCode.NOT_FOUND, "There is no such lane.", "id")
    halted_for = await lane_status.unhalt(unit, lane_id)
    if halted_for is None:
        return
    before = {"status": LaneStatus.HALTED.value, "haltReason": halted_for}
    after = {"status": LaneStatus.ACTIVE.value}
    target = str(lane_id)
    await write_audit(
        unit, AuditEntry(authority.actor, "lane.unhalted", target, now, before, after, reason)
    )
    unit.wake("settle_intents")
