"""Runs a process's jobs on its one event loop: each at most once at a time, woken by RQ or by the clock."""

import asyncio
import time
from collections.abc import Collection
from concurrent.futures import Future
from uuid import uuid4

import structlog

from app.metrics import JOB_FAILURES, JOB_SECONDS
from jobs.context import JobContext
from jobs.ending import Ending
from jobs.schedule import JOBS, ScheduledJob

_LOG = structlog.get_logger()
_TICK_SECONDS = 0.2
# A drain under load has no end; RQ need not hold its wake-up for so long.
_LONGEST_WAIT_SECONDS = 30.0
# How late a job may be before this process wakes it by itself, in shares of its interval.
_PATIENCE = 1.2


class JobRunner:
    """The jobs of some queues. The scheduler wakes them through Redis; what it has not woken in time (Redis is away, the
    scheduler is dead) runs by this process's own clock, so losing either only delays. All jobs are safe to run twice.
    """

    def __init__(self, context: JobContext, queues: Collection[str]) -> None:
        self._context = context
        self._jobs = {name: job for name, job in JOBS.items() if job.queue in queues}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._woken_at = dict.fromkeys(self._jobs, float("-inf"))
        self._loop = asyncio.get_running_loop()

    @property
    def current(self) -> str | None:
        """A job that runs now; one that ends by itself, where there is one."""
        names = sorted(self._running, key=lambda name: self._jobs[name].endless)
        return names[0] if names else None

    def wake_and_wait(self, name: str) -> None:
        """From another thread: runs the job and waits for its end, but not for long. One that runs already runs once more
        after that, and nobody waits; nor for an endless one.
        """
        done: Future[None] = asyncio.run_coroutine_threadsafe(self._wake_and_wait(name), self._loop)
        done.result()

    async def keep_time(self) -> None:
        """Wakes what is late, until the process is to end."""
        while not self._context.stopping.is_set():
            now = time.monotonic()
            for name, job in self._jobs.items():
                if now - self._woken_at[name] > job.every_seconds * _PATIENCE:
                    self._wake(name)
            try:
                async with asyncio.timeout(_TICK_SECONDS):
                    await self._context.stopping.wait()
            except TimeoutError:
                continue

    async def finish(self, ending: Ending) -> None:
        """Ends what runs: by itself, or cut off."""
        await ending.finish(self._running)

    @property
    def names(self) -> frozenset[str]:
        """The jobs of this process."""
        return frozenset(self._jobs)

    async def _wake_and_wait(self, name: str) -> None:
        task = self._wake(name)
        if task is not None and not self._jobs[name].endless:
            await asyncio.wait([task], timeout=_LONGEST_WAIT_SECONDS)

    def _wake(self, name: str) -> asyncio.Task[None] | None:
        """The run that this wake-up began; None when it runs already, and will once more."""
        self._woken_at[name] = time.monotonic()
        if self._context.stopping.is_set():
            return None
        if name in self._running:
            self._again.add(name)
            return None
        task = asyncio.create_task(self._run(self._jobs[name]), name=name)
        self._running[name] = task
        return task

    async def _run(self, job: ScheduledJob) -> None:
        try:
            run_id = f"{job.name}-{uuid4().hex}"
            with (
                structlog.contextvars.bound_contextvars(job=job.name, request_id=run_id),
                JOB_SECONDS.labels(job.name).time(),
            ):
                await self._run_until_quiet(job)
        finally:
            del self._running[job.name]

    async def _run_until_quiet(self, job: ScheduledJob) -> None:
        while True:
            self._again.discard(job.name)
            try:
                await job.run(self._context)
            except Exception:  # noqa: BLE001 - one job's fault must not end the others
                # The next wake-up finds the same work in the tables.
                JOB_FAILURES.labels(job.name).inc()
                _LOG.exception("job failed")
                return
            if job.name not in self._again or self._context.stopping.is_set():
                return
