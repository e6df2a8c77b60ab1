"""What operators are told about, read off the figures."""

from collections.abc import Iterator

from app.domain.health import thresholds
from app.domain.health.condition import AlertName, AlertSeverity, Condition
from app.domain.health.figures import ChainFigures, Figures, LaneFigures, QueueFigures
from app.domain.health.groups import SEES_MONEY, FigureGroup, may_judge
from app.domain.health.program_conditions import conditions_of_program, drift_condition
from app.domain.health.states import unserved_queues, worker_is_late
from app.domain.money import format_units
from app.domain.queues import QUEUES
from app.domain.stuck import StuckWork

_WEI_DECIMALS = 18
_WARNING, _CRITICAL = AlertSeverity.WARNING, AlertSeverity.CRITICAL
_LAGS = {
    "seals": (
        AlertName.SEAL_LAG,
        thresholds.SEAL_LAG_SECONDS,
        "Journals and audit rows are sealed",
    ),
    "feed": (AlertName.FEED_LAG, thresholds.FEED_LAG_SECONDS, "Events are handed to subscribers"),
    "rollups": (AlertName.FEED_LAG, thresholds.FEED_LAG_SECONDS, "Events are counted in totals"),
    "webhooks": (AlertName.FEED_LAG, thresholds.FEED_LAG_SECONDS, "Events are queued for webhooks"),
}


def conditions_of(figures: Figures) -> list[Condition]:
    """Everything that is seen to hold; at most one condition for a name and subject."""
    found = [one for one in _found(figures) if may_judge(one.name, figures.unread)]
    return [*found, *(_unread(group, why) for group, why in figures.unread.items())]


def _found(figures: Figures) -> list[Condition]:
    found: list[Condition] = []
    for lane in figures.lanes:
        found += _lane(lane)
    found += [_stuck_lane(one) for one in figures.stuck_lanes]
    for chain in figures.chains:
        found += _chain(chain)
    for queue in figures.queues:
        found += _queue(queue)
    for program in figures.programs:
        found += conditions_of_program(program)
    found += [drift_condition(one) for one in figures.drifts if one.drift]
    found += [*_lags(figures), *_settlement(figures), *_workers(figures)]
    found += _tampered(figures)
    return [*found, *_scheduler(figures), *_replica(figures), *_platform_audit(figures)]


def _unread(group: FigureGroup, why: str) -> Condition:
    severity = _CRITICAL if group in SEES_MONEY else _WARNING
    summary = f"What is known of {group.value} could not be read: {why}. Alerts about it stay as they were."
    return Condition(AlertName.FIGURES_UNREAD, group.value, severity, summary)


def _severity(figure: float, critical_above: float) -> AlertSeverity:
    return _CRITICAL if figure > critical_above else _WARNING


def _lane(lane: LaneFigures) -> Iterator[Condition]:
    subject = f"{lane.relayer} on chain {lane.chain_id}"
    if lane.status == "HALTED":
        reason = lane.halt_reason or "no reason was given"
        yield Condition(
            AlertName.LANE_HALTED, subject, _CRITICAL, f"Relayer {subject} is halted: {reason}."
        )
    balance = lane.balance_wei
    if balance is None:
        return
    ether = format_units(balance, _WEI_DECIMALS)
    if balance < thresholds.LANE_LOW_WEI:
        severity = _CRITICAL if balance < thresholds.LANE_CRITICAL_WEI else _WARNING
        summary = f"Relayer {subject} has {ether} ETH left; below 0.05 it takes no new work."
        yield Condition(AlertName.RELAYER_BALANCE_LOW, subject, severity, summary)
    elif balance > thresholds.LANE_MUCH_WEI:
        summary = f"Relayer {subject} has {ether} ETH; a hot wallet is to hold at most 0.5."
        yield Condition(AlertName.RELAYER_BALANCE_HIGH, subject, _WARNING, summary)


def _stuck_lane(lane: StuckWork) -> Condition:
    summary = f"{lane.diagnosis.waiting_for} {lane.diagnosis.next_step}"
    return Condition(AlertName.STUCK_WORK, f"lane {lane.entity}", _WARNING, summary)


def _chain(chain: ChainFigures) -> Iterator[Condition]:
    silent = chain.silent_seconds
    if silent > thresholds.CHAIN_SILENT_SECONDS:
        severity = _severity(silent, thresholds.CHAIN_SILENT_CRITICAL_SECONDS)
        summary = f"Chain {chain.chain_id} has not answered its watcher for {silent:.0f} s."
        yield Condition(AlertName.CHAIN_UNREACHABLE, f"chain {chain.chain_id}", severity, summary)


def _queue(queue: QueueFigures) -> Iterator[Condition]:
    oldest = queue.oldest_seconds or 0.0
    if queue.name == "webhooks":
        # Many receivers at once are no sign of trouble here; waiting long after being due is.
        if oldest > thresholds.WEBHOOKS_LATE_SECONDS:
            summary = f"{queue.depth} webhook deliveries are due, the oldest for {oldest:.0f} s."
            yield Condition(AlertName.WEBHOOKS_LATE, "", _WARNING, summary)
    elif queue.depth >= thresholds.QUEUE_HEALTHY:
        severity = _severity(queue.depth, thresholds.QUEUE_WARNING)
        summary = f"{queue.depth} wait in queue {queue.name}, the oldest for {oldest:.0f} s."
        yield Condition(AlertName.QUEUE_DEEP, queue.name, severity, summary)


def _lags(figures: Figures) -> Iterator[Condition]:
    for consumer, lag in figures.lags.items():
        name, limit, does = _LAGS[consumer]
        if lag > limit:
            critical = name is AlertName.SEAL_LAG or lag > thresholds.FEED_LAG_CRITICAL_SECONDS
            severity = _CRITICAL if critical else _WARNING
            yield Condition(name, consumer, severity, f"{does} {lag:.0f} s late.")


def _settlement(figures: Figures) -> Iterator[Condition]:
    """p95 is above a limit when more than one in twenty is."""
    seen = figures.settlement
    if 20 * seen.slow > seen.settled:
        very = 20 * seen.very_slow > seen.settled
        limit = (
            thresholds.SETTLEMENT_WARNING_SECONDS if very else thresholds.SETTLEMENT_HEALTHY_SECONDS
        )
        summary = (
            f"{seen.very_slow if very else seen.slow} of {seen.settled} payments of the last quarter of an hour took longer"
            f" than {limit:.0f} s, without the wait for finality."
        )
        yield Condition(AlertName.SETTLEMENT_SLOW, "", _CRITICAL if very else _WARNING, summary)


def _workers(figures: Figures) -> Iterator[Condition]:
    silent = ", ".join(
        sorted(one.name for one in figures.workers if worker_is_late(one.silent_seconds))
    )
    unserved = unserved_queues(figures.workers)
    if unserved:
        whole = len(unserved) == len(QUEUES)
        stands = (
            "No worker is alive: nothing is settled, posted or paid."
            if whole
            else f"Nobody alive works on {', '.join(unserved)}."
        )
        summary = f"{stands} Silent: {silent}." if silent else stands
        yield Condition(AlertName.WORKERS_LOST, "", _CRITICAL, summary)
    elif silent:
        summary = f"Of {len(figures.workers)} workers these fell silent: {silent}."
        yield Condition(AlertName.WORKERS_LOST, "", _WARNING, summary)


def _scheduler(figures: Figures) -> Iterator[Condition]:
    silent = figures.scheduler_silent_seconds
    if silent is None or silent > thresholds.HEARTBEAT_LOST_SECONDS:
        since = "ever" if silent is None else f"for {silent:.0f} s"
        summary = f"No scheduler has held the lease {since}; workers go by their own clocks."
        yield Condition(AlertName.SCHEDULER_LOST, "", _WARNING, summary)


def _replica(figures: Figures) -> Iterator[Condition]:
    lag = figures.replica_lag_seconds
    if lag is not None and lag > thresholds.REPLICA_LAG_SECONDS:
        severity = _severity(lag, thresholds.REPLICA_LAG_CRITICAL_SECONDS)
        away = lag == float("inf")
        summary = "The read replica does not answer." if away else f"It is {lag:.0f} s behind."
        yield Condition(AlertName.REPLICA_LAG, "", severity, summary)


def _platform_audit(figures: Figures) -> Iterator[Condition]:
    if figures.audit_fault is not None:
        summary = f"The platform's audit rows are not as they were sealed: {figures.audit_fault}."
        yield Condition(AlertName.PLATFORM_AUDIT_BROKEN, "", _CRITICAL, summary)


def _tampered(figures: Figures) -> Iterator[Condition]:
    if figures.foreign_note_at is not None:
        summary = (
            f"Redis held a note about the database's server at {figures.foreign_note_at:%H:%M} UTC that no process with this"
            " SGE_ENCRYPTION_KEY has written. It was ignored, and nothing was paused."
        )
        yield Condition(AlertName.REDIS_TAMPERED, "", _CRITICAL, summary)
