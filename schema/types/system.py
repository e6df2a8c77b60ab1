"""How the platform's parts are."""

from datetime import datetime
from enum import StrEnum

import strawberry

import resolvers.system
from app.domain.states import LaneStatus
from app.store.reads.lanes import LaneRow
from schema.fields import resolved
from schema.ids import IdPrefix
from schema.scalars import Address, BigInt
from schema.types.money import Money
from schema.types.node import Node, public_id, shown_rows

strawberry.enum(LaneStatus, name="LaneStatus")


@strawberry.enum
class Health(StrEnum):
    OK = "OK"
    DEGRADED = "DEGRADED"
    DOWN = "DOWN"


@strawberry.enum
class WorkerState(StrEnum):
    IDLE = "IDLE"
    BUSY = "BUSY"
    STOPPING = "STOPPING"
    LOST = "LOST"


@strawberry.type
class ComponentStatus:
    name: str
    health: Health
    detail: str | None
    latency_ms: float | None


@strawberry.type
class QueueStatus:
    name: str
    depth: int
    oldest_seconds: float | None
    health: Health


@strawberry.type
class WorkerStatus:
    name: str
    state: WorkerState
    queues: list[str]
    last_heartbeat_at: datetime
    current_job: str | None


@strawberry.type(description="One relayer key on one chain.")
@shown_rows(LaneRow)
class Lane(Node):
    id: strawberry.ID = public_id(IdPrefix.LANE)
    chain_id: BigInt
    relayer: Address
    status: LaneStatus
    halt_reason: str | None
    halted_at: datetime | None
    balance: Money
    minimum_balance: Money = resolved(
        resolvers.system.minimum_balance, description="Below it the lane takes no new work."
    )
    low_balance: Money = resolved(
        resolvers.system.low_balance, description="Below it somebody is told to fund the relayer."
    )
    high_balance: Money = resolved(
        resolvers.system.high_balance,
        description="Above it somebody is told that the hot wallet holds too much.",
    )
    next_nonce: BigInt
    in_flight: int
    oldest_pending_seconds: float | None = resolved(resolvers.system.oldest_pending_seconds)
    health: Health = resolved(resolvers.system.health_of_lane)


@strawberry.type
class SystemStatus:
    health: Health
    components: list[ComponentStatus]
    queues: list[QueueStatus]
    workers: list[WorkerStatus]
    lanes: list[Lane]
    checked_at: datetime
