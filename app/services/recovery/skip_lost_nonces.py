"""A lane's nonces after a restore: none is given out that a forgotten transaction may have."""

from datetime import datetime
from uuid import UUID

from app.domain.permissions import PLATFORM_PROGRAM_ID
from app.services.audit import AuditEntry, write_audit
from app.store.chain import lanes
from app.store.database import UnitOfWork


async def skip_lost_nonces(
    unit: UnitOfWork, lane_id: UUID, *, used: int, first_free: int, actor: str, at: datetime
) -> tuple[int, int]:
    """used: how many of the relayer's transactions are in blocks. Returns the next nonce before and after."""
    before, after = await lanes.skip_lost(unit, lane_id, first_free)
    if before != after:
        entry = AuditEntry(
            actor,
            "lane.recovered",
            str(lane_id),
            at,
            before={"nextNonce": str(before)},
            after={"nextNonce": str(after), "usedOnChain": str(used)},
        )
        await write_audit(unit, entry, program_id=PLATFORM_PROGRAM_ID)
    return before, after
