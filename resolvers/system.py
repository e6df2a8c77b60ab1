"""How the platform's parts are: components, queues, workers, lanes."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import structlog
from strawberry import Parent

from app.domain.health.figures import QueueFigures
from app.domain.health.states import (
    HealthState,
    by_limits,
    lane_state,
    queue_state,
    worker_is_lost,
    worst,
)
from app.domain.health.thresholds import (
    FIGURES_OLD_SECONDS,
    LANE_CRITICAL_WEI,
    LANE_LOW_WEI,
    LANE_MUCH_WEI,
    WEBHOOKS_LATE_SECONDS,
)
from app.store.database import ReadSession
from app.store.health.figures import be_quick
from app.store.health.shown import Shown, shown
from app.store.reads import lanes as reads
from app.store.reads.lanes import LaneRow, WorkerRow
from app.store.reads.values import MoneyRow, wei
from resolvers.access import Info, authorize, process_of
from schema.context import OperationContext

_LOG = structlog.get_logger()
_REFRESH_SECONDS = 2.0
_PATIENCE_SECONDS = 2.0
Found = TypeVar("Found")


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
    lanes = await _apart(context, reads.lanes)
    workers = await _apart(context, reads.workers)
    waiting = await _apart(context, reads.waiting_intents)
    looked = await _apart(context, shown)
    read = {"relayers": lanes, "workers": workers, "queues": waiting, "monitor": looked}
    components += [_unread(name) for name, found in read.items() if found is None]
    components += [] if looked is None else _looked_at(looked, now)
    others = [one for one in looked.queues if one.name != "settle"] if looked else []
    settle = [] if waiting is None else [_waiting(*waiting, now)]
    queues = [_queue(one) for one in (*settle, *others)]
    lanes, workers = lanes or [], workers or []
    states = [row.health for row in components] + [row.health for row in queues]
    states += [lane_health(lane) for lane in lanes]
    return SystemRow(
        health=worst(map(HealthState, states)).value,
        components=components,
        queues=queues,
        workers=[_worker(row, now) for row in workers],
        lanes=lanes,
        checked_at=now,
    )


async def _apart(
    context: OperationContext, read: Callable[[ReadSession], Awaitable[Found]]
) -> Found | None:
    """In a snapshot of its own and within seconds, so that what cannot be read takes nothing else with it; else None."""
    try:
        try:
            async with context.reading(None) as session:
                await be_quick(session, _PATIENCE_SECONDS)
                return await read(session)
        finally:
            await context.leave_snapshot()
    except Exception as fault:
        if context.answered_by_replica:
            raise  # the primary is asked instead
        _LOG.warning("figures could not be read", reason=type(fault).__name__)
        return None


def _unread(name: str) -> ComponentRow:
    return ComponentRow(f"figures of {name}", HealthState.DEGRADED.value, "could not be read", None)


def _waiting(depth: int, oldest_at: datetime | None, now: datetime) -> QueueFigures:
    """What is due is so by PostgreSQL's clock, and later than `now`, which was read before."""
    return QueueFigures("settle", depth, _seconds_since(oldest_at, now))


def _seconds_since(then: datetime | None, now: datetime) -> float | None:
    """Never less than none: clocks differ."""
    return None if then is None else max(0.0, (now - then).total_seconds())


def _looked_at(looked: Shown, now: datetime) -> Iterator[ComponentRow]:
    """What a worker or scheduler saw when it last looked, and that somebody does look."""
    age = None if looked.read_at is None else (now - looked.read_at).total_seconds()
    if age is None or age > FIGURES_OLD_SECONDS:
        detail = "nobody looks at the platform" if age is None else f"not looked at for {age:.0f} s"
        yield ComponentRow("monitor", HealthState.DEGRADED.value, detail, None)
        return
    yield ComponentRow("monitor", HealthState.OK.value, f"looked {max(age, 0.0):.0f} s ago", None)
    for one in looked.components:
        yield ComponentRow(one.name, one.health.value, one.detail, None)


def _queue(queue: QueueFigures) -> QueueRow:
    """Many webhooks at once are no sign of trouble; an old one is."""
    if queue.name == "webhooks":
        state = by_limits(queue.oldest_seconds or 0.0, WEBHOOKS_LATE_SECONDS, float("inf"))
    else:
        state = queue_state(queue.depth)
    return QueueRow(queue.name, queue.depth, queue.oldest_seconds, state.value)


async def _component(name: str, probe: Callable[[], Awaitable[str]]) -> ComponentRow:
    started = time.perf_counter()
    try:
        async with asyncio.timeout(2):
            detail = await probe()
    except Exception as fault:  # noqa: BLE001  whatever it is, the component is down
        return ComponentRow(name, "DOWN", f"not reachable ({type(fault).__name__})", None)
    return ComponentRow(name, "OK", detail, (time.perf_counter() - started) * 1000)


def _worker(row: WorkerRow, now: datetime) -> WorkerStatusRow:
    silent = (now - row.beat_at).total_seconds()
    state = "LOST" if worker_is_lost(silent) else row.state
    return WorkerStatusRow(row.name, state, row.queues, row.beat_at, row.current_job)


def lane_health(lane: LaneRow) -> str:
    """By status and balance (50-operations: below 0.05 it takes no new work)."""
    return lane_state(lane.status, lane.balance.minor).value


def health_of_lane(root: Parent[LaneRow]) -> str:
    """The lane's own health."""
    return lane_health(root)


def minimum_balance() -> MoneyRow:
    """Of every lane the same, as the alerts and the lane's health go by it."""
    return wei(LANE_CRITICAL_WEI)


def low_balance() -> MoneyRow:
    """From here on up it is enough."""
    return wei(LANE_LOW_WEI)


def high_balance() -> MoneyRow:
    """Up to here it is not too much."""
    return wei(LANE_MUCH_WEI)


def oldest_pending_seconds(root: Parent[LaneRow], info: Info) -> float | None:
    """How long the oldest open transaction of the lane has been waiting."""
    return _seconds_since(root.oldest_pending_at, info.context.now())
