"""What /readyz tells of one web process: looked at once in a while, however often it is asked."""

import asyncio
import time
from collections.abc import Sequence

from app.checks.findings import Check, Finding, found_by

_LONGEST_SECONDS = 3.0
_FRESH_SECONDS = 2.0


class Readiness:
    """Everybody may ask, so that many who ask together share one look."""

    def __init__(self, checks: Sequence[Check], fresh_seconds: float = _FRESH_SECONDS) -> None:
        self._checks = checks
        self._fresh_seconds = fresh_seconds
        self._found: list[Finding] = []
        self._looked_at = float("-inf")
        self._looking = asyncio.Lock()

    async def findings(self) -> list[Finding]:
        """Not older than two seconds."""
        async with self._looking:
            if time.monotonic() - self._looked_at > self._fresh_seconds:
                self._found = await found_by(self._checks, _LONGEST_SECONDS)
                self._looked_at = time.monotonic()
            return self._found
