"""Settlement times by class."""

import math

from hypothesis import given
from hypothesis import strategies as st

from app.domain.latency import CLASSES, latency_class, quantile_seconds


@given(st.integers(0, 2**31))
def test_a_time_is_inside_its_class(milliseconds: int) -> None:
    place = latency_class(milliseconds)
    assert 0 <= place < CLASSES
    assert 2**place <= max(milliseconds, 1) ** 2 < 2 ** (place + 1)


def test_what_is_beyond_the_last_class_is_in_it() -> None:
    assert latency_class(10**15) == CLASSES - 1


@given(st.lists(st.integers(1, 2**30), min_size=1, max_size=200), st.sampled_from([0.5, 0.95, 1.0]))
def test_a_quantile_is_off_by_less_than_a_class(times: list[int], quantile: float) -> None:
    counts = [0] * CLASSES
    for time in times:
        counts[latency_class(time)] += 1
    found = quantile_seconds(counts, quantile)
    assert found is not None
    exact = sorted(times)[math.ceil(max(quantile * len(times), 1)) - 1]
    # Rounded to whole milliseconds.
    assert exact / math.sqrt(2) - 1 <= found * 1000 <= exact * math.sqrt(2) + 1


def test_nothing_counted_has_no_quantile() -> None:
    assert quantile_seconds([0] * CLASSES, 0.5) is None
