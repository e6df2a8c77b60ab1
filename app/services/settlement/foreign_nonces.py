"""A relayer's key sends for us alone: a nonce on chain that we never took means that somebody else has it."""

from datetime import datetime
from uuid import UUID

from app.domain.states import LaneStatus
from app.services.settlement.move_lane import move_lane
from app.store.chain import lanes
from app.store.database import UnitOfWork

_REASON = "its key has sent transactions that are not ours"


async def note_used_nonces(
    unit: UnitOfWork, lane_id: UUID, used: int, actor: str, at: datetime
) -> bool:
    """used: how many transactions the chain has seen of the lane's key. Whether the lane was halted for them; its next
    nonce is beyond them in any case.
    """
    if not await lanes.raise_nonce(unit, lane_id, used):
        return False
    return await move_lane(unit, lane_id, LaneStatus.HALTED, actor=actor, at=at, reason=_REASON)
