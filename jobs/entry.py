"""How RQ's functions reach the process they run in: RQ knows only dotted names."""

from collections.abc import Callable

_woken: list[Callable[[str], None]] = []


class NoWorkerError(RuntimeError):
    """A job function was called outside a worker process."""


def receive(wake_job: Callable[[str], None] | None) -> None:
    """Who wakes jobs in this process from now on; None: nobody."""
    _woken[:] = [] if wake_job is None else [wake_job]


def wake(job: str) -> None:
    """Runs the job in this worker process and waits for its end, unless it runs already."""
    if not _woken:
        raise NoWorkerError(f"{job} can only run in `sge worker`")
    _woken[0](job)
