"""A small program on a real chain that goes on living while runs look at it: it repeats little, so that each run stays short."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import cycle
from random import Random
from uuid import UUID

from app.domain.reconciliation import RunStatus
from app.processes.snapshot_accounts import snapshot_accounts
from tests.chain_proof.proving import WITHOUT_SEALS, Proving
from tests.contracts.items import USDC
from tests.storage.following import roll_up

_NOTHING: tuple[RunStatus, list[tuple[str, str]]] = (RunStatus.CLEAN, [])
# The newest commission of which nothing was taken back yet.
_UNTOUCHED = """
SELECT c.id FROM commission c WHERE c.program_id = $1 AND c.amount > 0 AND c.status IN ('ACCRUED', 'PAYABLE', 'PAID')
   AND NOT EXISTS (SELECT FROM commission t WHERE t.program_id = $1 AND t.claws_back = c.id)
 ORDER BY c.id DESC LIMIT 1
"""


@dataclass
class BusyChain:
    """every: so many runs lie between two things that begin to happen; they go on while runs do. looked: runs until now;
    done: how often what happened.
    """

    proving: Proving
    random: Random
    every: int = 20
    looked: int = 0
    done: Counter[str] = field(default_factory=Counter)
    ended: bool = False

    async def run(self, runs: int) -> None:
        """So many runs of all checks that need no seals, each of which finds nothing. One in ten looks at everything."""
        self.proving.checks, self.proving.lags = WITHOUT_SEALS, True
        self.program, _ = await self.proving.paying.earned()
        self.payers = await self.proving.watching.registered(self.program, None, 2)
        self.due = asyncio.Semaphore(0)
        living = asyncio.create_task(self._live())
        following = asyncio.create_task(self._follow())
        try:
            for _ in range(runs):
                whole = self.random.random() < 0.1
                seen = await self.proving.run(self.program, whole=whole)
                assert seen == _NOTHING, (self.looked, self.done, seen)
                self.looked += 1
                if self.looked % self.every == 0:
                    self.due.release()
                if living.done():
                    living.result()  # what went wrong with it
        finally:
            self.ended = True
            self.due.release()
            await asyncio.gather(living, following)

    async def _live(self) -> None:
        turns: tuple[Callable[[], Awaitable[None]], ...] = (
            self._pay,
            self._register,
            self._reverse,
            self._pay,
            self._pay_out,
            self._withdraw,
        )
        for work in cycle(turns):
            await self.due.acquire()
            if self.ended:
                return
            await work()
            self.done[work.__name__.removeprefix("_")] += 1

    async def _pay(self) -> None:
        await self.proving.settling.pay(self.program, self.payers, amount=10 * USDC)
        await self.proving.watching.settle_and_finish()

    async def _register(self) -> None:
        await self.proving.watching.registered(self.program, None)

    async def _reverse(self) -> None:
        newest: UUID = await self.proving.settling.value(_UNTOUCHED, self.program.id)
        await self.proving.world.reverse(self.program, newest, "1")

    async def _pay_out(self) -> None:
        """What an affiliate earns is due, and paid with what it was clawed back of."""
        world, paying = self.proving.world, self.proving.paying
        [affiliate] = await world.affiliates(self.program)
        await world.payable(self.program, {affiliate: USDC})
        batch = await world.create(self.program)
        await paying.pay(self.program, batch.batch_id)

    async def _withdraw(self) -> None:
        world = self.proving.world
        to = self.proving.watching.new_wallet().address
        out = await world.withdraw(self.program, "1", to)
        await self.proving.paying.pay(self.program, out.batch_id)

    async def _follow(self) -> None:
        """The totals lag, and accounts get snapshots."""
        settling = self.proving.settling
        while not self.ended:
            await roll_up(settling.worker, settling.clock)
            await snapshot_accounts(settling.worker, settling.bells, every=3)
            await asyncio.sleep(self.random.random() * 0.5)
