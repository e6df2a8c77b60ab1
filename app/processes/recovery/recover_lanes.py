"""Sets each lane's next nonce from the chain: what was signed after the backup is ours, and nothing here knows it."""

from dataclasses import dataclass
from functools import partial

from app.chain.client import Chain
from app.domain.clock import Clock
from app.services.execute import Bells, execute
from app.services.recovery.skip_lost_nonces import skip_lost_nonces
from app.store.chain import lanes
from app.store.database import Database

# A lane never has more on its way: whatever was signed after the backup has a nonce below the chain's count and this.
MOST_IN_FLIGHT = 16


@dataclass(frozen=True, slots=True)
class RecoveredLane:
    """before, after: its next nonce. used: how many transactions of the relayer are in blocks."""

    relayer: str
    used: int
    before: int
    after: int

    @property
    def lost(self) -> int:
        """How many transactions in blocks nothing here knew of when they were signed."""
        return max(self.used - self.before, 0)


async def recover_lanes(
    database: Database, bells: Bells, chain: Chain, actor: str, clock: Clock
) -> list[RecoveredLane]:
    """Skips every nonce that a lost transaction may have, mined, waiting at a node, or out of sight. The lane's own upkeep
    fills those that stay unused, once the recovery is finished. Safe to repeat. Raises ChainError.
    """
    async with database.read(None) as session:
        found = await lanes.looks(session, chain.chain_id)
    recovered = []
    for lane in found:
        used = await chain.nonce(lane.relayer)
        waiting = await chain.nonce(lane.relayer, "pending")
        skip = partial(
            skip_lost_nonces,
            lane_id=lane.lane_id,
            used=used,
            first_free=max(waiting, used + MOST_IN_FLIGHT),
            actor=actor,
            at=clock(),
        )
        before, after = await execute(database, bells, None, skip)
        recovered.append(RecoveredLane(lane.relayer, used, before, after))
    return recovered
