"""When a delivery is tried again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.webhooks.schedule import TRIES, next_try, read_retry_after

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
GAPS = [60, 240, 600, 2_700, 18_000, 64_800]


def test_seven_tries_at_the_documented_times() -> None:
    assert TRIES == 7
    for tried, gap in enumerate(GAPS, 1):
        assert next_try(tried, NOW, 0.0) == NOW + timedelta(seconds=gap)
        latest = next_try(tried, NOW, 0.9999)
        assert latest is not None
        assert latest < NOW + timedelta(seconds=gap * 1.2)
    assert next_try(7, NOW, 0.0) is None
    assert next_try(8, NOW, 0.0) is None


def test_a_shorter_wait_than_ours_is_not_granted() -> None:
    assert next_try(3, NOW, 0.0, timedelta(seconds=1)) == NOW + timedelta(seconds=600)
    assert next_try(1, NOW, 0.0, timedelta(hours=2)) == NOW + timedelta(hours=2)
    assert next_try(1, NOW, 0.0, timedelta(days=400)) == NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("0", 0),
        ("Sun, 22 Nov 2026 10:00:30 GMT", 30),
        ("Sun, 22 Nov 2026 09:00:00 GMT", None),
        *((text, None) for text in ("", "-1", "1.5", "soon", "1" * 10, "١٢", "9" * 100)),
    ],
)
def test_retry_after(header: str, wait: int | None) -> None:
    expected = None if wait is None else timedelta(seconds=wait)
    assert read_retry_after(header, NOW) == expected


@given(st.text(), st.floats(0, 0.999), st.integers(1, 6))
def test_whatever_a_receiver_asks_for_is_within_bounds(header: str, jitter: float, n: int) -> None:
    at = next_try(n, NOW, jitter, read_retry_after(header, NOW))
    assert at is not None
    assert timedelta(seconds=GAPS[n - 1]) <= at - NOW <= timedelta(days=1)
