"""How far a long command is: one line that is rewritten on a terminal, a line each few seconds elsewhere."""

import time

from rich.console import Console
from rich.status import Status

_QUIET_SECONDS = 2.0
_LINE_EACH_SECONDS = 5.0


class Told:
    """Says nothing for what is done within two seconds. Writes to standard error: results are for standard output."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._status: Status | None = None
        self._begun = time.monotonic()
        self._said_at = float("-inf")

    def tell(self, line: str) -> None:
        """line: what is going on now."""
        now = time.monotonic()
        if now - self._begun < _QUIET_SECONDS:
            return
        line = f"{line} ({now - self._begun:.0f} s)"
        if self._console.is_terminal:
            if self._status is None:
                self._status = self._console.status(line)
                self._status.start()
            self._status.update(line)
        elif now - self._said_at >= _LINE_EACH_SECONDS:
            self._said_at = now
            self._console.print(line)

    def end(self) -> None:
        """Takes the line away."""
        if self._status is not None:
            self._status.stop()
            self._status = None
