"""Rings for the event feeds after a commit. A lost ring delays a second, never loses."""

import asyncio

import structlog

from app.bus.broadcast import SupervisedBroadcast
from app.bus.channels import EVENTS_BELL
from app.bus.ending import end
from app.bus.hub import EventHub
from app.bus.redis import REDIS_FAILURES

_log = structlog.get_logger(__name__)

_RUNG = "rung"


class EventBell:
    """Rings by a task of its own: the caller neither waits for Redis nor hears of its absence.

    Rings during one publish become one more publish, whatever their number.
    """

    def __init__(self, broadcast: SupervisedBroadcast) -> None:
        self._broadcast = broadcast
        self._rung = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._publish())

    async def stop(self) -> None:
        """Publish what was still rung, then end."""
        if self._task is None:
            return
        await end(self._task)
        if self._rung.is_set():
            await self._publish_once()

    def ring(self) -> None:
        self._rung.set()

    async def _publish(self) -> None:
        while True:
            await self._rung.wait()
            await self._publish_once()

    async def _publish_once(self) -> None:
        self._rung.clear()
        try:
            await self._broadcast.publish(EVENTS_BELL, _RUNG)
        except REDIS_FAILURES as failure:
            _log.debug("event_bell_lost", reason=type(failure).__name__)


async def listen_for_hub(broadcast: SupervisedBroadcast, hub: EventHub) -> None:
    """Ring the local hub whenever any process rang; run it as a task for as long as the hub."""
    async with broadcast.subscribe(EVENTS_BELL) as bell:
        while True:
            await bell.get()
            hub.ring()
