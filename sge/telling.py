"""How far a long command is, on standard error: rewritten on a terminal, a line each few seconds elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event, Lock, Thread

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.status import Status

_QUIET_SECONDS = 2.0
_LINE_EACH_SECONDS = 5.0
_LOOK_EACH_SECONDS = 1.0

Line = str | Callable[[], str]


class Told:
    """Says nothing for what is done within two seconds, and says again what takes long, with its time."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or _standard_error()
        self._status: Status | None = None
        self._begun = time.monotonic()
        self._said_at = float("-inf")
        self._line: Line = ""
        self._lock = Lock()
        self._ended = Event()
        # Of its own, since what takes long may wait for an answer, or keep this one busy.
        self._thread = Thread(target=self._look, daemon=True)

    def tell(self, line: Line) -> None:
        """line: what is going on now; a function of it is asked each time."""
        with self._lock:
            self._line = line
            self._say()
        if not self._thread.is_alive() and not self._ended.is_set():
            self._thread.start()

    def end(self) -> None:
        """Takes the line away; nothing is said any more."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._status is not None:
            self._status.stop()
            self._status = None

    def _look(self) -> None:
        while not self._ended.wait(_LOOK_EACH_SECONDS):
            with self._lock:
                self._say()

    def _say(self) -> None:
        now = time.monotonic()
        if now - self._begun < _QUIET_SECONDS:
            return
        words = self._line if isinstance(self._line, str) else self._line()
        line = f"{words} ({now - self._begun:.0f} s)"
        if self._console.is_terminal:
            if self._status is None:
                self._status = self._console.status(line)
                self._status.start()
            self._status.update(line)
        elif now - self._said_at >= _LINE_EACH_SECONDS:
            self._said_at = now
            self._console.print(line)


@contextmanager
def progress_bars(*, transient: bool = True, console: Console | None = None) -> Iterator[Progress]:
    """Bars on a terminal; elsewhere lines of how far they are. transient: bars are taken away at the end."""
    console = console or _standard_error()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    bars = Progress(*columns, console=console, transient=transient)
    if console.is_terminal:
        with bars:
            yield bars
        return
    told = Told(console)
    told.tell(partial(_how_far, bars))
    try:
        yield bars
    finally:
        told.end()


def _how_far(bars: Progress) -> str:
    """What was begun and is not done; several may be."""
    tasks = bars.tasks
    begun = [one for one in tasks if one.completed and not one.finished] or tasks[-1:]
    return (
        "; ".join(
            f"{one.description}: {one.completed:,.0f} of {one.total or 0:,.0f}" for one in begun
        )
        or "starting"
    )


def _standard_error() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True)
