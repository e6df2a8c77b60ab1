"""The watcher of one chain: runs always, while it holds the lease."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog

from app.chain.client import Chain
from app.chain.node_errors import ChainError
from app.domain.clock import Clock
from app.processes.handing_back import hand_back
from app.processes.watching.parts import HeadReading, InconsistentChainError, Watch, nothing_happens
from app.processes.watching.post_final import FinalPoster
from app.processes.watching.watch_head import FinalityInDoubt, read_head
from app.processes.watching.watch_transactions import (
    finish_transactions_at_finality,
    free_items_left_behind,
    track_transactions_at_head,
)
from app.processes.watching.watch_treasuries import TreasuryWatch
from app.services.execute import Bells, execute
from app.store.chain import watching
from app.store.chain.watching import LeaseLost, WatchLease
from app.store.database import Database
from app.store.database_errors import passes

_LOG = structlog.get_logger()
_LEASE = timedelta(seconds=30)
POLL_SECONDS = 0.5


@dataclass(frozen=True)
class WatcherParts:
    """What a watcher works with; see Watch. recovering: it may read while a recovery is open."""

    database: Database
    bells: Bells
    chain: Chain
    gateway: str
    confirmations: int | None
    clock: Clock
    holder: str
    at_point: Callable[[str], None] = nothing_happens
    recovering: bool = False
    small_inflows: Mapping[str, int] = field(default_factory=dict)


class Watcher:
    """A lease, and what is remembered from one turn to the next."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self._poster = FinalPoster()
        self._treasuries = TreasuryWatch()
        self._suspects: set[UUID] = set()
        self._suspected_fork: int | None = None
        self._answered_at: datetime | None = None

    async def turn(self) -> None:
        """One look at the chain: head, stages, final postings, ends. Raises LeaseLost, ChainError,
        InconsistentChainError; whatever it raised, the next turn goes on from the tables.
        """
        await self._keep_lease()
        reading = await self._read_head()
        problem = await self._look_at_treasuries(reading)
        missing = await track_transactions_at_head(self.watch, reading)
        await self._poster.post_all(self.watch, reading, self._keep_lease)
        self._suspects = await finish_transactions_at_finality(
            self.watch, reading, missing, self._suspects
        )
        await free_items_left_behind(self.watch)
        if problem is not None:
            raise problem
        self._answered_at = self.watch.clock()

    async def _look_at_treasuries(self, reading: HeadReading) -> Exception | None:
        """What kept the look from being whole: one treasury with strange code holds up nobody's postings. Raises LeaseLost."""
        try:
            await self._treasuries.look(self.watch, reading)
        except LeaseLost:
            raise
        except Exception as problem:  # noqa: BLE001  it is raised when the rest of the turn is done
            return problem
        return None

    async def _read_head(self) -> HeadReading:
        suspected, self._suspected_fork = self._suspected_fork, None
        try:
            return await read_head(self.watch, suspected)
        except FinalityInDoubt as doubt:
            self._suspected_fork = doubt.fork
            raise

    async def _keep_lease(self) -> None:
        now = self.watch.clock()
        await self.watch.write(
            partial(
                watching.keep_lease,
                lease=self.watch.lease,
                at=now,
                until=now + _LEASE,
                answered_at=self._answered_at,
            )
        )
        self.watch.at_point("lease.kept")


async def open_watcher(parts: WatcherParts) -> Watcher | None:
    """A watcher that holds the chain's lease; None while somebody else does."""
    lease = await _take_lease(parts, parts.clock())
    if lease is None:
        return None
    return Watcher(
        Watch(
            database=parts.database,
            bells=parts.bells,
            chain=parts.chain,
            lease=lease,
            gateway=parts.gateway,
            confirmations=parts.confirmations,
            clock=parts.clock,
            at_point=parts.at_point,
            small_inflows=parts.small_inflows,
        )
    )


async def watch_chain(parts: WatcherParts, stop: asyncio.Event) -> bool:
    """Watches until told to stop or until the lease is another's; False when it never had the lease."""
    watcher = await open_watcher(parts)
    if watcher is None:
        return False
    try:
        await _watch(watcher, stop)
    finally:
        # Also when it is cut off. Nothing is given back that is another's by now.
        await let_go(parts, watcher)
    return True


async def let_go(parts: WatcherParts, watcher: Watcher) -> None:
    """Gives the lease back, so that the next watcher begins at once; waits for a database that is away."""
    give_back = partial(watching.give_back, lease=watcher.watch.lease, at=parts.clock())
    await hand_back(parts.database, parts.bells, give_back)


async def _watch(watcher: Watcher, stop: asyncio.Event) -> None:
    log = _LOG.bind(chain=watcher.watch.chain.chain_id)
    while not stop.is_set():
        try:
            await watcher.turn()
        except LeaseLost:
            log.warning("another watcher has this chain")
            return
        except (ChainError, InconsistentChainError) as problem:
            log.warning("the chain could not be read", problem=str(problem))
        except Exception as problem:
            if not passes(problem):
                log.exception("a turn of the watcher failed")
        await _wait(stop, POLL_SECONDS)


async def _take_lease(parts: WatcherParts, now: datetime) -> WatchLease | None:
    take = partial(
        watching.take_lease,
        chain_id=parts.chain.chain_id,
        holder=parts.holder,
        at=now,
        until=now + _LEASE,
        recovering=parts.recovering,
    )
    return await execute(parts.database, parts.bells, None, take)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
