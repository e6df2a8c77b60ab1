"""Where healthy ends: the thresholds of relayers, queues and workers, at their very edges."""

import pytest

from app.domain.health.states import lane_state, queue_state, worker_is_late, worker_is_lost

_ETHER = 10**18


@pytest.mark.parametrize(
    ("milliether", "health"),
    [
        (0, "DOWN"),
        (49, "DOWN"),
        (50, "DEGRADED"),
        (99, "DEGRADED"),
        (100, "OK"),
        (500, "OK"),
        (501, "DEGRADED"),
    ],
)
def test_a_relayer_by_its_balance(milliether: int, health: str) -> None:
    balance = milliether * _ETHER // 1000
    assert lane_state("ACTIVE", balance) == health
    assert lane_state("DRAINING", balance) == ("DEGRADED" if health == "OK" else health)
    assert lane_state("HALTED", balance) == "DOWN"


@pytest.mark.parametrize(
    ("depth", "health"),
    [(0, "OK"), (99, "OK"), (100, "DEGRADED"), (500, "DEGRADED"), (501, "DOWN")],
)
def test_a_queue_by_its_depth(depth: int, health: str) -> None:
    assert queue_state(depth) == health


@pytest.mark.parametrize(
    ("silent", "late", "lost"),
    [(0, False, False), (30, False, False), (31, True, False), (60, True, False), (61, True, True)],
)
def test_a_worker_by_its_silence(silent: float, late: bool, lost: bool) -> None:
    assert (worker_is_late(silent), worker_is_lost(silent)) == (late, lost)
