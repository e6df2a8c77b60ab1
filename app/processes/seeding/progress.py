"""Who wants to know how far a seed is."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Told of a step, how much of it is done, and of how much."""
