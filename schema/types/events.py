"""What subscriptions deliver."""

from datetime import datetime

import strawberry

from schema.inputs.events import EventType
from schema.scalars import JSON
from schema.types.money import Money
from schema.types.series import IntentStatusCount


@strawberry.type(
    description="data is documented per event name in docs/events.md and has a version."
)
class ProgramEvent:
    cursor: str
    type: EventType
    name: str
    at: datetime
    entity_id: strawberry.ID | None
    data: JSON


@strawberry.type
class ProgramDashboard:
    at: datetime
    intents_by_status: list[IntentStatusCount]
    settled_per_second: float
    p95_settlement_seconds: float | None
    queue_depth: int
    volume_today: list[Money]
    batches_awaiting_approval: int
    ledger_balanced: bool
    open_discrepancies: int
