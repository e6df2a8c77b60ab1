"""The live line: intents accepted and settled a second, read from the API like anybody would."""

import asyncio
import time
from collections import Counter, deque
from typing import Any

import httpx
from rich.live import Live
from rich.text import Text

from sge.demo.api import Api, ApiRefusal
from sge.demo.progress import Progress
from sge.demo.traffic import Tally

_STATISTICS = """
query Counts($slug: String!) {
  program(slug: $slug) { statistics { intentsByStatus { status count } } }
}
"""
_WINDOW_SECONDS = 10.0
_PLAIN_EVERY_SECONDS = 10.0


class LiveLine:
    """Counts over a sliding window."""

    def __init__(self, slugs: list[str], apis: list[Api], tally: Tally) -> None:
        self._tenants = list(zip(slugs, apis, strict=True))
        self._tally = tally
        self._seen: deque[tuple[float, int, int]] = deque()

    async def show(self, progress: Progress, notices: list[str]) -> None:
        """Refreshes the line each second until it is cancelled; prints notices above it."""
        plain = not progress.console.is_terminal
        printed = time.monotonic()
        with Live(console=progress.console, auto_refresh=False, transient=True) as live:
            while True:
                await asyncio.sleep(1.0)
                line = await self._line()
                while notices:
                    progress.console.print(f"[yellow]{notices.pop(0)}[/]")
                if not plain:
                    live.update(Text(line, no_wrap=True, overflow="ellipsis"), refresh=True)
                elif time.monotonic() - printed > _PLAIN_EVERY_SECONDS:
                    printed = time.monotonic()
                    progress.console.print(line, highlight=False, soft_wrap=True)

    async def _line(self) -> str:
        try:
            counts = await self._counts()
        except (ApiRefusal, httpx.HTTPError, ValueError):
            return "the API does not answer at the moment"
        accepted, settled = self._rates(self._tally.accepted, counts["CONFIRMED"])
        waiting = counts["PENDING"] + counts["PROCESSING"]
        line = (
            f"intents: {accepted:.1f}/s accepted, {settled:.1f}/s settled · "
            f"{counts['CONFIRMED']} confirmed, {waiting} waiting, {counts['FAILED']} failed"
        )
        if self._tally.refused:
            most = ", ".join(f"{code} {n}" for code, n in self._tally.refused.most_common(3))
            line += f" · refused: {most}"
        return line

    async def _counts(self) -> Counter[str]:
        total: Counter[str] = Counter()
        for slug, api in self._tenants:
            answer: dict[str, Any] = await api.query(_STATISTICS, slug=slug)
            for row in answer["program"]["statistics"]["intentsByStatus"]:
                total[row["status"]] += row["count"]
        return total

    def _rates(self, accepted: int, settled: int) -> tuple[float, float]:
        now = time.monotonic()
        self._seen.append((now, accepted, settled))
        while self._seen[0][0] < now - _WINDOW_SECONDS:
            self._seen.popleft()
        then, accepted_then, settled_then = self._seen[0]
        seconds = max(now - then, 1.0)
        return (accepted - accepted_then) / seconds, (settled - settled_then) / seconds
