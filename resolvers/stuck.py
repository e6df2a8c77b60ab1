"""Why an intent stands still."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from strawberry import Parent

from app.domain.states import IntentStatus
from app.domain.stuck_intents import diagnose_intent
from app.store.reads import lanes as reads_lanes
from app.store.reads import stuck_intents as reads
from app.store.reads.intents import IntentRow
from app.store.reads.lanes import LaneRow
from app.store.reads.stuck_intents import StuckIntent
from resolvers.access import Info, load_one, may_read

_OPEN = frozenset({IntentStatus.PENDING, IntentStatus.PROCESSING})


@dataclass(frozen=True, slots=True)
class StuckRow:
    program_key: int
    since: datetime
    waiting_for: str
    next_step: str
    next_attempt_at: datetime | None
    lane_id: UUID | None


async def of_intent(root: Parent[IntentRow], info: Info) -> StuckRow | None:
    """Null unless it is in its stage for longer than it may be."""
    if root.status not in _OPEN:
        return None
    now = info.context.now()
    found: StuckIntent | None = await load_one(
        info, reads.situations_at, root.program_key, (root.id, now)
    )
    if found is None:
        return None
    diagnosis = diagnose_intent(found.situation, now)
    return StuckRow(
        root.program_key,
        diagnosis.since,
        diagnosis.waiting_for,
        diagnosis.next_step,
        diagnosis.next_attempt_at,
        found.lane_id,
    )


async def lane(root: Parent[StuckRow], info: Info) -> LaneRow | None:
    """The lane that carries it, for whoever sees everything of the program: a lane is the platform's."""
    if root.lane_id is None or not may_read(info, root.program_key):
        return None
    row: LaneRow | None = await load_one(
        info, reads_lanes.lanes_by_ids, root.program_key, root.lane_id
    )
    return row
