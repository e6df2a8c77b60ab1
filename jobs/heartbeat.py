"""A worker says that it lives, and what it does, until nothing of it runs any more."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from math import inf
from time import monotonic

import structlog

from app.domain.actors import WORKER
from app.processes.recovery.notice import Witness, notice_restore
from app.services.execute import execute
from app.store import heartbeats
from jobs.context import JobContext
from jobs.runner import JobRunner

_LOG = structlog.get_logger()
_BEAT_SECONDS = 10.0
# What is committed between two looks and taken back with the server is missed by nobody but the chain.
_LOOK_SECONDS = 1.0


@dataclass
class Heartbeat:
    """name: of the worker. ended: set when its jobs are over."""

    context: JobContext
    name: str
    queues: Sequence[str]
    runner: JobRunner
    witness: Witness
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def notice_restore(self) -> None:
        """Statements that sign, post and propose look by themselves; this one stops everything and says so."""
        runtime = self.context.runtime
        await notice_restore(runtime.database, runtime.bells, self.witness, WORKER, runtime.clock)

    async def beat(self) -> None:
        """Until `ended`; then there is no such worker."""
        said_at = -inf
        while not self.ended.is_set():
            stopping = self.context.stopping.is_set()
            try:
                await self.notice_restore()
                if stopping or monotonic() >= said_at + _BEAT_SECONDS:
                    await self._say(
                        "STOPPING" if stopping else "BUSY" if self.runner.current else "IDLE"
                    )
                    said_at = monotonic()
            except Exception:  # noqa: BLE001 - a worker works on, seen or not
                _LOG.exception("heartbeat failed")
            with suppress(TimeoutError):
                async with asyncio.timeout(_BEAT_SECONDS if stopping else _LOOK_SECONDS):
                    await (self.ended if stopping else self.context.stopping).wait()
        try:
            await self._forget()
        except Exception:  # noqa: BLE001 - it is forgotten when it has been silent for long
            _LOG.exception("heartbeat not removed")

    async def _say(self, state: str) -> None:
        runtime = self.context.runtime
        beat = partial(
            heartbeats.beat,
            name=self.name,
            queues=self.queues,
            current_job=self.runner.current,
            state=state,
            at=runtime.clock(),
        )
        await execute(runtime.database, runtime.bells, None, beat)

    async def _forget(self) -> None:
        runtime = self.context.runtime
        forget = partial(heartbeats.forget, name=self.name, at=runtime.clock())
        await execute(runtime.database, runtime.bells, None, forget)
