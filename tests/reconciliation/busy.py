"""A program that everything happens to at once, while runs go on: payments, reversals, moves, followers that lag."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import asyncpg

from app.domain.reconciliation import RunStatus
from app.domain.states import AffiliateStatus
from app.processes.snapshot_accounts import snapshot_accounts
from app.store.database_errors import passes
from tests.posting.books import Asked
from tests.reconciliation.reconciled import Reconciled
from tests.services.world import wallet
from tests.storage.following import roll_up, seal

_NOTHING: tuple[RunStatus, list[tuple[str, str]]] = (RunStatus.CLEAN, [])


@dataclass
class Busy:
    """asked: accepted and not settled. done: how often what happened. pause_seconds: at most, between two of a kind."""

    lived: Reconciled
    random: Random
    pause_seconds: float = 0.02
    asked: list[Asked] = field(default_factory=list)
    paid: list[Asked] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)
    ended: bool = False

    async def run(self, runs: int, least: int = 0) -> None:
        """So many runs, each of which finds nothing; up to five times as many until all happened so often, on a busy machine."""
        work = [
            asyncio.create_task(self._again(one))
            for one in (
                self._accept,
                self._settle,
                self._reverse,
                self._move,
                self._follow,
                self._snapshot,
            )
        ]
        try:
            for looked in range(5 * runs):
                if (
                    looked >= runs
                    and len(self.done) == len(work)
                    and min(self.done.values()) >= least
                ):
                    break
                whole = self.random.random() < 0.5
                seen = await self.lived.look(whole=whole)
                assert seen == _NOTHING, seen
        finally:
            self.ended = True
            await asyncio.gather(*work)

    async def _again(self, work: Callable[[], Awaitable[None]]) -> None:
        while not self.ended:
            try:
                await work()
            except asyncpg.PostgresError as problem:
                # Waited for the others' locks for too long, as callers may: it comes again.
                if passes(problem):
                    continue
                raise
            name = work.__name__.removeprefix("_")
            self.done[name] = self.done.get(name, 0) + 1
            await asyncio.sleep(self.random.random() * self.pause_seconds)

    async def _accept(self) -> None:
        books, payer = self.lived.books, self.lived.payer
        units = self.random.randint(1, 10**9)
        number = len(self.asked) + len(self.paid)
        new = Asked(
            f"busy {self.lived.program} {number} {self.random.random()}",
            payer,
            units,
            registration=False,
        )
        if self.random.random() < 0.2:
            new = Asked(new.key, wallet(), 0, registration=True)
        referrer = self.random.choice(self.lived.line) if new.registration else None
        await books._accept(new, 1, referrer)
        self.asked.append(new)

    async def _settle(self) -> None:
        part, self.asked = self.asked[:4], self.asked[4:]
        books = self.lived.books
        books.block += 1
        items = [books.settled_item(one, 10 * place) for place, one in enumerate(part)]
        await books._post(books.final_work(items))
        self.paid += [one for one in part if one.amount]

    async def _reverse(self) -> None:
        if self.paid:
            paid = self.paid.pop(self.random.randrange(len(self.paid)))
            await self.lived.books._reverse(paid, None)

    async def _move(self) -> None:
        """Up and down: the last of the line changes its place."""
        books, line = self.lived.books, self.lived.line
        to = self.random.choice([None, line[0], line[1]])
        await books._move(line[-1], None if to is None else self.lived.codes[to])
        status = self.random.choice([AffiliateStatus.ACTIVE, AffiliateStatus.SUSPENDED])
        await books._set_status(line[1], status)

    async def _follow(self) -> None:
        """One of the two, so that the other lags."""
        books = self.lived.books
        follow = self.random.choice([roll_up, seal])
        await follow(books.worker, lambda: books.now)

    async def _snapshot(self) -> None:
        books = self.lived.books
        await snapshot_accounts(books.worker, books.world.bells, every=3)
        await books._mature(timedelta(days=1))
