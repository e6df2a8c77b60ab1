"""How the platform's parts are: components, queues, workers, lanes."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from strawberry import Parent

from app.store.reads import lanes as reads
from app.store.reads.lanes import LaneRow, WorkerRow
from resolvers.access import Info, authorize, process_of
from schema.context import OperationContext

HEARTBEAT_HEALTHY_SECONDS = 30
HEARTBEAT_LOST_SECONDS = 60
QUEUE_HEALTHY = 100
QUEUE_WARNING = 500
LANE_LOW_WEI = 50_000_000_000_000_000
LANE_WARNING_WEI = 100_000_000_000_000_000
LANE_MUCH_WEI = 500_000_000_000_000_000
_REFRESH_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class ComponentRow:
    name: str
    health: str
    detail: str
    latency_ms: float | None


@dataclass(frozen=True, slots=True)
class QueueRow:
    name: str
    depth: int
    oldest_seconds: float | None
    health: str


@dataclass(frozen=True, slots=True)
class WorkerStatusRow:
    name: str
    state: str
    queues: list[str]
    last_heartbeat_at: datetime
    current_job: str | None


@dataclass(frozen=True, slots=True)
class SystemRow:
    health: str
    components: list[ComponentRow]
    queues: list[QueueRow]
    workers: list[WorkerStatusRow]
    lanes: list[LaneRow]
    checked_at: datetime


async def status(info: Info) -> SystemRow:
    """Everything as it is now."""
    authorize(info)
    return await _read(info.context)


async def changes(info: Info) -> AsyncIterator[SystemRow]:
    """Now, then again every two seconds."""
    authorize(info)
    while True:
        yield await _read(info.context.for_event())
        await asyncio.sleep(_REFRESH_SECONDS)


async def _read(context: OperationContext) -> SystemRow:
    now = context.now()
    components = list(
        await asyncio.gather(
            *(_component(name, probe) for name, probe in process_of(context).components().items())
        )
    )
    try:
        async with context.reading(None) as session:
            lanes = await reads.lanes(session)
            workers = await reads.workers(session)
            depth, oldest_at = await reads.waiting_intents(session)
    finally:
        await context.close()
    waiting = (now - oldest_at).total_seconds() if oldest_at else None
    queues = [QueueRow("settle", depth, waiting, _queue_health(depth))]
    states = [*(row.health for row in components), *(row.health for row in queues)]
    states += [lane_health(lane) for lane in lanes]
    return SystemRow(
        health=_worst(states),
        components=components,
        queues=queues,
        workers=[_worker(row, now) for row in workers],
        lanes=lanes,
        checked_at=now,
    )


async def _component(name: str, probe: Callable[[], Awaitable[str]]) -> ComponentRow:
    started = time.perf_counter()
    try:
        async with asyncio.timeout(2):
            detail = await probe()
    except Exception as fault:  # noqa: BLE001  whatever it is, the component is down
        return ComponentRow(name, "DOWN", f"not reachable ({type(fault).__name__})", None)
    return ComponentRow(name, "OK", detail, (time.perf_counter() - started) * 1000)


def _queue_health(depth: int) -> str:
    if depth < QUEUE_HEALTHY:
        return "OK"
    return "DEGRADED" if depth <= QUEUE_WARNING else "DOWN"


def _worker(row: WorkerRow, now: datetime) -> WorkerStatusRow:
    silent = (now - row.beat_at).total_seconds()
    state = "LOST" if silent > HEARTBEAT_LOST_SECONDS else row.state
    return WorkerStatusRow(row.name, state, row.queues, row.beat_at, row.current_job)


def lane_health(lane: LaneRow) -> str:
    """By status and balance (50-operations: below 0.05 it takes no new work)."""
    if lane.status == "HALTED" or lane.balance.minor < LANE_LOW_WEI:
        return "DOWN"
    healthy = LANE_WARNING_WEI <= lane.balance.minor <= LANE_MUCH_WEI
    return "OK" if healthy and lane.status == "ACTIVE" else "DEGRADED"


def health_of_lane(root: Parent[LaneRow]) -> str:
    """The lane's own health."""
    return lane_health(root)


def oldest_pending_seconds(root: Parent[LaneRow], info: Info) -> float | None:
    """How long the oldest open transaction of the lane has been waiting."""
    if root.oldest_pending_at is None:
        return None
    return max(0.0, (info.context.now() - root.oldest_pending_at).total_seconds())


def _worst(states: list[str]) -> str:
    return max(states, key=["OK", "DEGRADED", "DOWN"].index, default="OK")
