"""What the platform decides about its lanes, in the platform's own audit log."""

from datetime import datetime
from uuid import UUID

from app.domain.permissions import PLATFORM_PROGRAM_ID
from app.domain.states import LaneStatus
from app.services.audit import AuditEntry, write_audit
from app.store.chain import lanes
from app.store.database import UnitOfWork


async def move_lane(
    unit: UnitOfWork,
    lane_id: UUID,
    status: LaneStatus,
    *,
    actor: str,
    at: datetime,
    reason: str | None = None,
) -> bool:
    """Whether the lane's status changed; only ACTIVE follows HALTED, and only a person asks for that. reason: why it is
    HALTED, or what is said in the log.
    """
    halt_reason = reason if status is LaneStatus.HALTED else None
    before = await lanes.move(unit, lane_id, status, at, halt_reason)
    if before is None:
        return False
    entry = AuditEntry(
        actor=actor,
        action=f"lane.{_PAST[status]}",
        target_id=str(lane_id),
        at=at,
        before={"status": before.value},
        after={"status": status.value},
        reason=reason,
    )
    await write_audit(unit, entry, program_id=PLATFORM_PROGRAM_ID)
    return True


async def add_lane(
    unit: UnitOfWork,
    chain_id: int,
    relayer: str,
    *,
    nonce: int,
    balance_wei: int,
    actor: str,
    at: datetime,
) -> None:
    """The relayer has a lane on the chain; a known one stays as it is."""
    added = await lanes.ensure(unit, chain_id, relayer, nonce=nonce, balance_wei=balance_wei, at=at)
    if added is None:
        return
    after = {"chainId": str(chain_id), "relayer": relayer, "nextNonce": str(nonce)}
    entry = AuditEntry(actor, "lane.added", str(added), at, after=after)
    await write_audit(unit, entry, program_id=PLATFORM_PROGRAM_ID)


_PAST = {
    LaneStatus.ACTIVE: "activated",
    LaneStatus.DRAINING: "drained",
    LaneStatus.HALTED: "halted",
}
