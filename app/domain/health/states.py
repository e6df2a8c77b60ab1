"""How a part is, by its figure and the thresholds."""

from enum import StrEnum

from app.domain.health import thresholds
from app.domain.health.figures import LaneFigures


class HealthState(StrEnum):
    """`Health` of the contract, from best to worst."""

    OK = "OK"
    DEGRADED = "DEGRADED"
    DOWN = "DOWN"


_ORDER = list(HealthState)


def worst(states: list[HealthState]) -> HealthState:
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


def lane_state(lane: LaneFigures) -> HealthState:
    """By status and balance: below 0.05 it takes no new work. A balance that was never read says nothing."""
    balance = lane.balance_wei
    if lane.status == "HALTED" or (balance is not None and balance < thresholds.LANE_CRITICAL_WEI):
        return HealthState.DOWN
    unusual = balance is not None and not (
        thresholds.LANE_LOW_WEI <= balance <= thresholds.LANE_MUCH_WEI
    )
    return HealthState.DEGRADED if unusual or lane.status != "ACTIVE" else HealthState.OK
