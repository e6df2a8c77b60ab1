"""Settlement times as counts per class, so that any span of buckets adds up and quantiles follow.

Class n holds times from sqrt(2)^n milliseconds up to the next: 64 classes reach 35 days. A quantile is interpolated
inside its class, so it is off by less than the class is wide: a factor of sqrt(2).
"""

import math
from collections.abc import Sequence

CLASSES = 64


def latency_class(milliseconds: int) -> int:
    """The class of a time; below 1 ms is 1 ms, beyond the last class is in the last."""
    # Whole numbers: 2 * log2(m) rounded down is log2(m * m) rounded down.
    return min((max(milliseconds, 1) ** 2).bit_length() - 1, CLASSES - 1)


def quantile_seconds(counts: Sequence[int], quantile: float) -> float | None:
    """The time below which that part of the counted ones lies; None when nothing was counted."""
    total = sum(counts)
    if not total:
        return None
    wanted = max(quantile * total, 1)
    passed = 0
    for place, count in enumerate(counts):
        if passed + count >= wanted:
            inside = (wanted - passed) / count
            return round(math.pow(2, (place + inside) / 2) / 1000, 3)
        passed += count
    raise AssertionError("a part of the counted ones is not among them")
