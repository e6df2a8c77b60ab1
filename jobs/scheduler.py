"""The scheduler: wakes every job at its interval. Exactly one, by a lease in the database; its ticks are idempotent."""

import asyncio
import os
import signal
import socket
import time
from dataclasses import dataclass, field
from functools import partial

import structlog
from redis import Redis

from app.bus.queue import wake_now
from app.bus.redis import REDIS_FAILURES, connect_blocking
from app.domain.ids import new_id
from app.runtime import Runtime
from app.services.execute import execute
from app.store import scheduler_lease
from jobs.alerts import look_and_tell
from jobs.figures import FiguresGiver
from jobs.probes import probes
from jobs.schedule import JOBS

_LOG = structlog.get_logger()
_TICK_SECONDS = 1.0
_LOOK_SECONDS = 10.0


async def schedule(runtime: Runtime, listening: socket.socket | None = None) -> None:
    """Wakes jobs until SIGTERM or SIGINT, whenever this process has the lease. listening: where probes are answered."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    assert runtime.settings.redis_url is not None
    connection = connect_blocking(runtime.settings.redis_url.get_secret_value())
    name = f"{socket.gethostname()}.{os.getpid()}.{new_id().hex[-6:]}"
    ticking = Scheduler(runtime, connection, name)
    _LOG.info("scheduler started", name=name)
    looking = asyncio.create_task(_keep_looking(runtime))
    figures = FiguresGiver(runtime, lambda: ticking.leads)
    async with probes(runtime, listening, figures.refresh):
        await _tick_until(stopping, ticking)
    figures.close()
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    await ticking.release()
    connection.close()
    _LOG.info("scheduler stopped", name=name)


async def _tick_until(stopping: asyncio.Event, ticking: "Scheduler") -> None:
    while not stopping.is_set():
        await ticking.tick()
        try:
            async with asyncio.timeout(_TICK_SECONDS):
                await stopping.wait()
        except TimeoutError:
            continue


async def _keep_looking(runtime: Runtime) -> None:
    """Workers look at the platform too; with none left, this is who says so."""
    while True:
        try:
            await look_and_tell(runtime)
        except Exception:  # noqa: BLE001 - it may be back at the next look
            _LOG.exception("the platform could not be looked at")
        await asyncio.sleep(_LOOK_SECONDS)


@dataclass
class Scheduler:
    """One candidate; whoever holds the lease wakes."""

    runtime: Runtime
    connection: Redis
    name: str
    leads: bool = False
    _woken_at: dict[str, float] = field(default_factory=dict)

    async def tick(self) -> list[str]:
        """Wakes what is due, if the lease is ours; which jobs that were. A wake-up that Redis lost is tried again at
        the next tick.
        """
        runtime = self.runtime
        take = partial(scheduler_lease.take, holder=self.name, now=runtime.clock())
        try:
            self.leads = await execute(runtime.database, runtime.bells, None, take)
        except Exception:  # noqa: BLE001 - it may be back at the next tick
            _LOG.exception("scheduler cannot reach the database")
            self.leads = False
        if not self.leads:
            return []
        woken = []
        for name, job in JOBS.items():
            now = time.monotonic()
            if now - self._woken_at.get(name, float("-inf")) < job.every_seconds:
                continue
            try:
                await asyncio.to_thread(wake_now, name, self.connection)
            except REDIS_FAILURES as problem:
                _LOG.warning("queue is away", reason=type(problem).__name__)
                break
            self._woken_at[name] = now
            woken.append(name)
        return woken

    async def release(self) -> None:
        """Lets the next one in at once."""
        runtime = self.runtime
        release = partial(scheduler_lease.release, holder=self.name, now=runtime.clock())
        await execute(runtime.database, runtime.bells, None, release)
