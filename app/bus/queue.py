"""Wakes jobs through RQ: at most one waiting wake-up for each job, never on the event loop.

The queue is a bell too. Every job finds its work in PostgreSQL and a sweep runs it every few
seconds, so a wake-up that Redis loses only delays.
"""

import asyncio
from collections.abc import Iterable

import structlog
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from rq import Queue, Retry
from rq.serializers import JSONSerializer

from app.bus.channels import dotted_name, queue_of, wake_up_flag
from app.bus.ending import end
from app.bus.redis import REDIS_FAILURES

_log = structlog.get_logger(__name__)

# Longer than a worker needs to start a waiting job, shorter than anybody wants to wait for one
# that was lost together with its flag still set.
_FLAG_SECONDS = 5
_RESULT_SECONDS = 0
_FAILURE_SECONDS = 3600
_LONGEST_RUN_SECONDS = 600
_RETRIES = Retry(max=3, interval=[1, 5, 15])


def rq_queue(name: str, connection: Redis) -> Queue:
    """The queue as enqueuers and workers both see it: JSON, never pickle."""
    return Queue(
        name,
        connection=connection,
        serializer=JSONSerializer,
        default_timeout=_LONGEST_RUN_SECONDS,
    )


def wake_now(job: str, connection: Redis) -> bool:
    """Enqueue a wake-up unless one is waiting already; blocking.

    Raises one of REDIS_FAILURES; tells whether it enqueued.
    """
    if not connection.set(wake_up_flag(job), 1, nx=True, ex=_FLAG_SECONDS):
        return False
    _enqueue(job, connection)
    return True


def begin_wake_up(job: str, connection: Redis) -> None:
    """Call it first in a job: what is rung from here on is work that this run may not see."""
    try:
        connection.delete(wake_up_flag(job))
    except REDIS_FAILURES:
        _log.warning("wake_up_flag_kept", job=job, seconds=_FLAG_SECONDS)


class JobBell:
    """Wakes jobs from the event loop, by a task of its own; ringing never fails and never waits."""

    def __init__(self, client: AsyncRedis, blocking: Redis) -> None:
        self._client = client
        self._blocking = blocking
        self._rung: set[str] = set()
        self._any = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Enqueue what was still rung, then end."""
        if self._task is None:
            return
        await end(self._task)
        await self._wake_all()

    def ring(self, jobs: Iterable[str]) -> None:
        self._rung.update(jobs)
        self._any.set()

    async def _run(self) -> None:
        while True:
            await self._any.wait()
            await self._wake_all()

    async def _wake_all(self) -> None:
        self._any.clear()
        jobs, self._rung = self._rung, set()
        for job in jobs:
            try:
                await self._wake(job)
            except REDIS_FAILURES as failure:
                _log.debug("job_bell_lost", job=job, reason=type(failure).__name__)

    async def _wake(self, job: str) -> None:
        flag = wake_up_flag(job)
        if not await self._client.set(flag, 1, nx=True, ex=_FLAG_SECONDS):
            return
        try:
            # RQ is blocking: half a millisecond of it would stop every socket of the process.
            await asyncio.to_thread(_enqueue, job, self._blocking)
        except REDIS_FAILURES:
            await self._client.delete(flag)
            raise


def _enqueue(job: str, connection: Redis) -> None:
    rq_queue(queue_of(job), connection).enqueue(
        dotted_name(job),
        retry=_RETRIES,
        result_ttl=_RESULT_SECONDS,
        failure_ttl=_FAILURE_SECONDS,
    )
