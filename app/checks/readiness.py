"""What /readyz tells of one process: looked at once in a while, however often it is asked."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from app.checks.findings import Check, Finding, found_by

_PROBE_SECONDS = 5.0
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


async def answered(
    findings: Callable[[], Awaitable[Sequence[Finding]]],
) -> tuple[dict[str, object], int]:
    """Body and status for whoever asks, within five seconds: 503 when something is wrong that all work needs; whatever else
    is wrong is named all the same.
    """
    try:
        async with asyncio.timeout(_PROBE_SECONDS):
            found = await findings()
    except TimeoutError:
        found = [Finding("probe", False, ["no answer in time"], needed=True)]
    wrong = [one for one in found if not one.right]
    ready = not any(one.needed for one in wrong)
    told: dict[str, object] = {
        "ready": ready,
        "problems": {one.name: "; ".join(one.remarks) for one in wrong},
        "warnings": {one.name: "; ".join(one.remarks) for one in found if one.caution},
        "right": [one.name for one in found if one.right and not one.caution],
    }
    return told, 200 if ready else 503
