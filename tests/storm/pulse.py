"""How long nothing went on: the longest time between two answers, two confirmations, two messages, for each fault."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from tests.storm.load import Tally
from tests.storm.witnesses import Witnesses


@dataclass(frozen=True)
class Window:
    """From the end of a part until the next one ends, by the monotonic clock."""

    name: str
    begin: float
    end: float


def longest_gap(moments: Iterable[float], window: Window) -> float:
    """Seconds, the time since the last moment before the window included when it reaches in."""
    known = sorted(moments)
    before = [one for one in known if one < window.begin][-1:] or [window.begin]
    inside = [one for one in known if window.begin <= one <= window.end]
    line = [*before, *inside, window.end]
    return max(late - early for early, late in pairwise(line))


def gaps(windows: Iterable[Window], tally: Tally, witnesses: Witnesses) -> list[str]:
    """A table, as bench/RESULTS.md has it."""
    heard = [
        [one.at for one in sequence if one.name == "intent.confirmed"]
        for sequence in witnesses.heard.values()
    ]
    hooked = [one.at for receiver in witnesses.receivers.values() for one in receiver.got]
    lines = [
        "| part | no customer was served | a subscriber heard of no confirmation | no webhook came |",
        "| --- | --- | --- | --- |",
    ]
    for window in windows:
        slowest = max(longest_gap(one, window) for one in heard)
        cells = [longest_gap(tally.served, window), slowest, longest_gap(hooked, window)]
        lines.append(" | ".join([f"| {window.name}", *(f"{one:.1f}" for one in cells)]) + " |")
    return lines
