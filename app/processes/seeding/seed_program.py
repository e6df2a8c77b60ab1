"""Seeds one program: its forest, then its intents chunk by chunk, each chunk with all that follows from it and committed.

Rows are what the services would have written, in sets: the ledger through its posting function, states and commissions
through their moves. Events are not kept: what they would have added up to is rebuilt from the record at the end.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import islice
from typing import TypeVar
from uuid import UUID

from app.chain.address import checksum_address
from app.domain.seals import SealStream, chain, genesis
from app.domain.seeding import SeedPlan, seeded_addresses
from app.services.execute import Bells, execute
from app.store import seals
from app.store.database import Database, UnitOfWork
from app.store.seeding import chain as chain_rows
from app.store.seeding import drawn, draws, intents, money, program, sealing
from app.store.seeding.program import LEVELS_BPS, SeededProgram

BATCHES_AT_ONCE = 50
_WALLETS_AT_ONCE = 10_000
_SEALS_AT_ONCE = 5_000
_LOOK_AGAIN = (1, 2, 5, 20, 50)  # before these chunks the tables have grown by a multiple
_OWN_WALLETS = 4  # treasury, its owner, the token, the lane

T = TypeVar("T")
Progress = Callable[[str, int, int], None]
"""Told of a step, how much of it is done, and of how much."""


class Seeder:
    """Seeds programs over one connection, whose temporary tables hold what is being drawn."""

    def __init__(self, database: Database, bells: Bells, progress: Progress) -> None:
        self._database = database
        self._bells = bells
        self._progress = progress

    async def prepare(self) -> None:
        """Once, before the first program."""
        for make in (draws.prepare, drawn.prepare, chain_rows.prepare):
            await self._run(make)

    async def seed(self, plan: SeedPlan) -> int:
        """Returns the program's id."""
        own = [checksum_address(one) for one in seeded_addresses(plan.salt, "own", _OWN_WALLETS)]
        await self._run(draws.begin_program)
        await self._add_wallets(plan, "affiliate", plan.sizes.affiliates)
        await self._add_wallets(plan, "user", plan.sizes.users)
        seeded = await self._run(lambda unit: program.add_program(unit, plan, own))
        await self._run(lambda unit: program.add_forest(unit, plan, seeded))
        await self._run(lambda unit: program.add_referrers(unit, plan, seeded))
        await self._run(draws.wallets_are_known)
        sealed = UUID(int=0)
        for n, first in enumerate(range(0, plan.sizes.batches, BATCHES_AT_ONCE)):
            if n in _LOOK_AGAIN:
                await self._run(drawn.record_has_grown)
            last = min(first + BATCHES_AT_ONCE, plan.sizes.batches) - 1
            chunk = partial(_chunk, plan=plan, seeded=seeded, batches=(first, last), sealed=sealed)
            sealed = await self._run(chunk)
            self._progress(plan.slug, plan.sizes.upto(last), plan.sizes.intents)
        await self._run(lambda unit: money.read_treasury(unit, seeded, plan.until))
        return seeded.id

    async def _add_wallets(self, plan: SeedPlan, kind: str, count: int) -> None:
        done = 0
        addresses = seeded_addresses(plan.salt, kind, count)
        while wallets := [checksum_address(one) for one in islice(addresses, _WALLETS_AT_ONCE)]:
            await self._run(partial(draws.add_wallets, kind=kind, after=done, wallets=wallets))
            done += len(wallets)

    async def _run(self, use_case: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        return await execute(self._database, self._bells, None, use_case)


async def _chunk(
    unit: UnitOfWork, plan: SeedPlan, seeded: SeededProgram, batches: tuple[int, int], sealed: UUID
) -> UUID:
    """From the first to the last of these batches. sealed: the newest audit row that has its seal; returns the next such."""
    sizes, (first, last) = plan.sizes, batches
    await drawn.draw_intents(unit, plan, sizes.upto(first - 1) + 1, sizes.upto(last))
    await intents.add_intents(unit, plan, seeded)
    await chain_rows.add_transactions(unit, plan, seeded)
    await money.post(unit, plan, seeded)
    await money.settle(unit, plan, seeded, len(LEVELS_BPS))
    await intents.end_intents(unit, plan, seeded)
    await chain_rows.spend_gas(unit, seeded)
    audited = await sealing.audit_rows(unit, seeded.id, sealed)
    await _seal(unit, plan, SealStream.JOURNAL, seeded.id, await sealing.journals(unit))
    await _seal(unit, plan, SealStream.AUDIT, seeded.id, audited)
    return UUID(audited[-1])


async def _seal(
    unit: UnitOfWork, plan: SeedPlan, stream: SealStream, program_id: int, ids: Sequence[str]
) -> None:
    head = (await seals.heads(unit, stream, [program_id]))[program_id]
    newest = head.n, genesis(stream, head.program) if head.hash is None else head.hash
    for start in range(0, len(ids), _SEALS_AT_ONCE):
        some = ids[start : start + _SEALS_AT_ONCE]
        contents = await seals.content_hashes(unit, stream, program_id, some)
        following = list(chain(newest, contents))
        await seals.insert(unit, stream, program_id, following, plan.until)
        newest = following[-1].n, following[-1].hash
