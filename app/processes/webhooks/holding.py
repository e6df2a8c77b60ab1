"""Tries in hand: renewed while their process lives and reaches the database, cut off when it did not for a lease."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog

from app.domain.clock import Clock
from app.services.execute import Bells, execute
from app.store.database import Database
from app.store.database_errors import passes
from app.store.webhooks.claims import Claimed, renew

_LOG = structlog.get_logger()


class LeaseOver(Exception):
    """Somebody else may send it by now."""


@dataclass(eq=False)
class Held:
    """One try of ours. ends: when it is no longer, by the loop's clock."""

    claimed: Claimed
    ends: float
    _fence: asyncio.Timeout | None = None

    @asynccontextmanager
    async def while_ours(self) -> AsyncIterator[None]:
        """Raises LeaseOver, and cuts off what is within, once the try is another's: a receiver never reads it twice at once."""
        try:
            async with asyncio.timeout_at(self.ends) as self._fence:
                yield
        except TimeoutError as problem:
            raise LeaseOver from problem
        finally:
            self._fence = None

    def extend(self, ends: float) -> None:
        """It is ours until then."""
        self.ends = ends
        if self._fence is not None and not self._fence.expired():
            self._fence.reschedule(ends)


@dataclass
class Holding:
    """All tries of one process. Whoever was killed renews nothing: its places are others' after one lease."""

    database: Database
    bells: Bells
    clock: Clock
    lease: timedelta
    each_seconds: float
    _held: set[Held] = field(default_factory=set)

    def instant(self) -> float:
        """Now, from which a lease that is asked for is counted: never later than the database does."""
        return asyncio.get_running_loop().time()

    def take(self, claimed: Claimed, asked_at: float) -> Held:
        held = Held(claimed, asked_at + self.lease.total_seconds())
        self._held.add(held)
        return held

    def let_go(self, held: Held) -> None:
        """Its end is written down, or it is lost."""
        self._held.discard(held)

    async def renew_all(self) -> None:
        """Again and again, until cancelled. Most tries end before the first time."""
        while True:
            await asyncio.sleep(self.each_seconds)
            try:
                await self._renew()
            except Exception as problem:  # noqa: BLE001 - the next renewal comes soon
                if not passes(problem):
                    _LOG.exception("leases of webhooks not renewed")

    async def _renew(self) -> None:
        asked_at, held = self.instant(), list(self._held)
        if not held:
            return
        until = self.clock() + self.lease
        ask = partial(renew, held=[one.claimed for one in held], until=until)
        renewed = await execute(self.database, self.bells, None, ask)
        for one in held:
            if one.claimed.id in renewed:
                one.extend(asked_at + self.lease.total_seconds())
