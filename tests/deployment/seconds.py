"""Durations as compose and Kubernetes write them."""

import re

_UNITS = {"s": 1, "m": 60, "h": 3600}


def seconds(text: str) -> int:
    """Such as 1m30s."""
    return sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([smh])", text))
