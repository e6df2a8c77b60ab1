"""The parts of systemStatus that a web process cannot look at itself, without the name of any program."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.domain.health import thresholds
from app.domain.health.figures import Figures
from app.domain.health.groups import FigureGroup
from app.domain.health.states import (
    HealthState,
    by_limits,
    unserved_queues,
    worker_is_late,
    worker_is_lost,
)


@dataclass(frozen=True, slots=True)
class Component:
    """detail: the figure, in words."""

    name: str
    health: HealthState
    detail: str


def components_of(figures: Figures) -> list[Component]:
    """In a fixed order: how far each part is behind, then what stands in the way, then what could not be read."""
    read = [
        *_behind(figures),
        *_unless(FigureGroup.SCHEDULER, figures, _scheduler),
        *_unless(FigureGroup.WORKERS, figures, _workers),
        *_unless(FigureGroup.DISCREPANCIES, figures, _critical),
        *_unless(FigureGroup.LEDGER, figures, _ledger),
        *_unless(FigureGroup.AUDIT, figures, _audit),
        *_unless(FigureGroup.PROGRAMS, figures, _reconciliation),
    ]
    return [*read, *(_unread(group) for group in figures.unread)]


def _unless(
    group: FigureGroup, figures: Figures, component: Callable[[Figures], Component]
) -> Iterator[Component]:
    """Nothing when its group could not be read: an empty figure would look like a healthy or a lost part."""
    if group not in figures.unread:
        yield component(figures)


def _unread(group: FigureGroup) -> Component:
    return Component(f"figures of {group.value}", HealthState.DEGRADED, "could not be read")


def _behind(figures: Figures) -> Iterator[Component]:
    for name, lag in figures.lags.items():
        limit = thresholds.SEAL_LAG_SECONDS if name == "seals" else thresholds.FEED_LAG_SECONDS
        state = by_limits(lag, limit, max(limit, thresholds.FEED_LAG_CRITICAL_SECONDS))
        yield Component(f"{name} lag", state, f"{lag:.0f} s behind")
    for chain in figures.chains:
        silent = chain.silent_seconds
        state = by_limits(
            silent, thresholds.CHAIN_SILENT_SECONDS, thresholds.CHAIN_SILENT_CRITICAL_SECONDS
        )
        yield Component(f"watcher of chain {chain.chain_id}", state, f"answered {silent:.0f} s ago")
    lag_of_replica = figures.replica_lag_seconds
    if lag_of_replica is not None:
        state = by_limits(
            lag_of_replica, thresholds.REPLICA_LAG_SECONDS, thresholds.REPLICA_LAG_CRITICAL_SECONDS
        )
        away = lag_of_replica == float("inf")
        detail = "does not answer" if away else f"{lag_of_replica:.0f} s behind"
        yield Component("replica", state, detail)


def _scheduler(figures: Figures) -> Component:
    silent = figures.scheduler_silent_seconds
    if silent is None or silent > thresholds.HEARTBEAT_LOST_SECONDS:
        return Component("scheduler", HealthState.DEGRADED, "nobody schedules")
    held = "holds the lease" if silent == 0 else f"the lease ended {silent:.0f} s ago"
    return Component("scheduler", HealthState.OK, held)


def _workers(figures: Figures) -> Component:
    alive = sum(not worker_is_lost(one.silent_seconds) for one in figures.workers)
    unserved = unserved_queues(figures.workers)
    if unserved:
        detail = f"{alive} alive, nobody on {', '.join(unserved)}" if alive else "0 alive"
        return Component("workers", HealthState.DOWN, detail)
    late = any(worker_is_late(one.silent_seconds) for one in figures.workers)
    state = HealthState.DEGRADED if late else HealthState.OK
    return Component("workers", state, f"{alive} alive")


def _critical(figures: Figures) -> Component:
    critical = figures.discrepancies.get("CRITICAL", 0)
    state = HealthState.DOWN if critical else HealthState.OK
    return Component("critical discrepancies", state, f"{critical} open")


def _ledger(figures: Figures) -> Component:
    drifting = sum(1 for one in figures.drifts if one.drift)
    state = HealthState.DOWN if drifting else HealthState.OK
    return Component("ledger", state, f"{drifting} out of balance" if drifting else "balanced")


def _audit(figures: Figures) -> Component:
    broken = figures.audit_fault is not None
    state = HealthState.DOWN if broken else HealthState.OK
    return Component("platform audit", state, "not as it was sealed" if broken else "as sealed")


def _span(seconds: float) -> str:
    minutes = seconds / 60
    return f"{minutes / 60:.1f} h" if minutes >= 60 else f"{minutes:.0f} min"


def _reconciliation(figures: Figures) -> Component:
    clean = [one.clean_seconds for one in figures.programs if one.clean_seconds is not None]
    never = len(figures.programs) - len(clean)
    oldest = max((one.checked_seconds for one in figures.programs), default=0.0)
    failed = any(one.failed for one in figures.programs)
    late = oldest > thresholds.RECONCILIATION_OVERDUE_SECONDS
    state = HealthState.DEGRADED if failed or late else HealthState.OK
    detail = f"every program clean within {_span(max(clean))}" if clean else "no clean run yet"
    return Component(
        "reconciliation", state, f"{detail}; {never} without one" if clean and never else detail
    )
