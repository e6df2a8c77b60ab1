"""Webhooks from a change in a program to a receiver, with a clock of the test's."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID

from app.auth.sealed_secrets import SecretBox
from app.processes.webhooks.changing import EndpointChanges
from app.processes.webhooks.delivering import Delivery
from app.processes.webhooks.queueing import queue_events
from app.processes.webhooks.sending import Patience, Sender
from app.services.webhooks.change_endpoints import CreateEndpoint, EndpointSecret, UpdateEndpoint
from app.services.webhooks.redeliver import Redeliver, redeliver
from app.services.webhooks.rotate_secret import RotateSecret
from app.store.database import Database
from app.store.feed.events import EventFeed
from app.store.webhooks.claims import LEASE
from resolvers.webhook_messages import body_of, message_id
from tests.services.world import World, key_of

_NUMBERS = count(1)
QUICK = Patience(connect=1.0, whole=1.5)


class NoNames:
    """A resolver for tests that name no host."""

    async def resolve(self, host: str) -> Sequence[str]:
        raise OSError(host)


@dataclass
class Hooks:
    """One program, and the processes that serve its webhooks."""

    world: World
    worker: Database
    program_id: int
    box: SecretBox = field(default_factory=lambda: SecretBox("a secret of a test, long enough..."))
    places: int = 256
    lease: timedelta = LEASE
    renew_seconds: float = 4.0

    @property
    def changes(self) -> EndpointChanges:
        return EndpointChanges(
            self.world.api,
            self.world.bells,
            lambda: self.world.now,
            self.box,
            NoNames(),
            allow_loopback=True,
        )

    async def listen(self, url: str, *events: str, key: str | None = None) -> EndpointSecret:
        """A new endpoint."""
        command = CreateEndpoint(url, events or ("AFFILIATE",), key or f"key {next(_NUMBERS)}")
        return await self.changes.create(key_of(self.program_id), command)

    async def update(self, endpoint: UUID, **changed: Any) -> None:
        await self.changes.update(key_of(self.program_id), UpdateEndpoint(endpoint, **changed))

    async def rotate(self, endpoint: UUID, overlap: int = 86_400) -> str:
        command = RotateSecret(endpoint, f"key {next(_NUMBERS)}", overlap)
        secret = (await self.changes.rotate(key_of(self.program_id), command)).secret
        assert secret is not None
        return secret

    async def send_again(self, delivery: UUID, key: str | None = None) -> bool:
        command = Redeliver(delivery, key or f"key {next(_NUMBERS)}")
        return await self.world.run(self.program_id, redeliver, key_of(self.program_id), command)

    async def happen(self, times: int = 1) -> None:
        """Affiliates join, which is told."""
        for _ in range(times):
            await self.world.affiliate(self.program_id, f"CODE{next(_NUMBERS)}")

    async def move(self) -> None:
        """What happened has a position; nobody has looked at it yet."""
        await EventFeed(self.worker, lambda: self.world.now).move_outbox()

    async def queue(self) -> None:
        """As the job does."""
        done = await queue_events(
            self.worker,
            self.world.bells,
            lambda: self.world.now,
            holder="test",
            body_of=body_of,
        )
        assert done >= 0

    async def deliver(self, sender: Sender | None = None, patience: Patience = QUICK) -> int:
        """As the job does; returns how many tries were made."""
        own = sender or Sender(
            NoNames(), lambda: self.world.now, allow_loopback=True, patience=patience
        )
        delivery = Delivery(
            self.worker,
            self.world.bells,
            lambda: self.world.now,
            self.box,
            own,
            lambda claimed: message_id(claimed.id),
            self.places,
            self.lease,
            self.renew_seconds,
        )
        try:
            return await delivery.deliver_due(asyncio.Event())
        finally:
            await own.close()

    async def tell(self, times: int = 1) -> int:
        """Something happens, and is delivered."""
        await self.happen(times)
        await self.queue()
        return await self.deliver()

    def later(self, **passed: float) -> None:
        self.world.now += timedelta(**passed)

    async def rows(self, query: str, *args: Any) -> list[Any]:
        return await self.world.fetch(self.program_id, query, *args)

    async def statuses(self) -> list[str]:
        """Of all deliveries, in order."""
        rows = await self.rows("SELECT status FROM webhook_delivery ORDER BY id")
        return [row["status"] for row in rows]

    async def told(self) -> list[str]:
        """The names of the WEBHOOK events, in order."""
        rows = await self.rows("SELECT name FROM event WHERE type = 'WEBHOOK' ORDER BY position")
        return [row["name"] for row in rows]


async def hooks_of(world: World, worker: Database) -> Hooks:
    """A program of its own."""
    return Hooks(world, worker, (await world.program()).program_id)


run_all = partial(asyncio.gather)
