"""How a part is, by its figure and the thresholds."""

from collections.abc import Iterable
from enum import StrEnum

from app.domain.health import thresholds
from app.domain.health.figures import WorkerFigures
from app.domain.queues import QUEUES


class HealthState(StrEnum):
    """`Health` of the contract, from best to worst."""

    OK = "OK"
    DEGRADED = "DEGRADED"
    DOWN = "DOWN"


_ORDER = list(HealthState)


def worst(states: Iterable[HealthState]) -> HealthState:
    """OK when there is none."""
    return max(states, key=_ORDER.index, default=HealthState.OK)


def by_limits(figure: float, warning: float, critical: float) -> HealthState:
    """OK up to the first limit, DEGRADED up to the second."""
    if figure <= warning:
        return HealthState.OK
    return HealthState.DEGRADED if figure <= critical else HealthState.DOWN


def queue_state(depth: int) -> HealthState:
    """By how much waits in it."""
    if depth < thresholds.QUEUE_HEALTHY:
        return HealthState.OK
    return HealthState.DEGRADED if depth <= thresholds.QUEUE_WARNING else HealthState.DOWN


def lane_state(status: str, balance_wei: int) -> HealthState:
    """By status and balance: below 0.05 it takes no new work."""
    if status == "HALTED" or balance_wei < thresholds.LANE_CRITICAL_WEI:
        return HealthState.DOWN
    usual = thresholds.LANE_LOW_WEI <= balance_wei <= thresholds.LANE_MUCH_WEI
    return HealthState.OK if usual and status == "ACTIVE" else HealthState.DEGRADED


def worker_is_late(silent_seconds: float) -> bool:
    """Silent for longer than a healthy one."""
    return silent_seconds > thresholds.HEARTBEAT_HEALTHY_SECONDS


def worker_is_lost(silent_seconds: float) -> bool:
    """Silent for so long that others take over what it held."""
    return silent_seconds > thresholds.HEARTBEAT_LOST_SECONDS


def unserved_queues(workers: Iterable[WorkerFigures]) -> list[str]:
    """Those on which nobody alive listens: whoever was lost, and whether or not anybody remembers."""
    alive = [one for one in workers if not worker_is_lost(one.silent_seconds)]
    served = {queue for one in alive for queue in one.queues}
    return [queue for queue in QUEUES if queue not in served]
