"""Seeds one program: its forest, then its intents chunk by chunk, each chunk with all that follows from it and committed.

Rows are what the services would have written, in sets: the ledger through its posting function, states and commissions
through their moves. Events are not kept: what they would have added up to is rebuilt from the record at the end.

Two connections work one behind the other: while the first writes the record of a chunk (users, intents, their
transactions and states, the audit log, what became of commissions, events), the second writes the money of the chunk
before (journals, settlements, commissions, events of postings). Each writes its own tables in the order of the chunks, so that a seed repeats.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import count, islice
from typing import TypeVar
from uuid import UUID

from app.chain.address import checksum_address
from app.domain.seals import SealStream, chain, genesis
from app.domain.seeding import SeedPlan, seeded_addresses
from app.processes.seeding.progress import Progress
from app.processes.seeding.seed_payouts import PayoutSeeder
from app.services.execute import Bells, execute
from app.store import seals
from app.store.database import Database, UnitOfWork
from app.store.seeding import chain as chain_rows
from app.store.seeding import drawn, draws, events, intents, money, program, sealing
from app.store.seeding.program import LEVELS_BPS, SeededProgram

BATCHES_AT_ONCE = 50
_WALLETS_AT_ONCE = 10_000
_SEALS_AT_ONCE = 5_000
_LOOK_AGAIN = (1, 2, 5, 20, 50)  # before these chunks the tables have grown by a multiple
_OWN_WALLETS = 5  # treasury, its owner, the token, the lane, what sends to many
_AHEAD = 2  # chunks whose record may wait for their money

T = TypeVar("T")


class Seeder:
    """Seeds programs over two connections, whose temporary tables hold what is being drawn."""

    def __init__(self, record: Database, money: Database, bells: Bells, progress: Progress) -> None:
        self._record = record
        self._money = money
        self._bells = bells
        self._progress = progress

    async def prepare(self) -> None:
        """Once, before the first program."""
        for make in (draws.prepare, drawn.prepare, chain_rows.prepare, events.prepare):
            await self._both(make)

    async def seed(self, plan: SeedPlan) -> int:
        """Returns the program's id."""
        addresses = seeded_addresses(plan.salt, "own", _OWN_WALLETS)
        *own, multisend = [checksum_address(one) for one in addresses]
        await self._both(draws.begin_program)
        await self._add_wallets(plan, "affiliate", plan.sizes.affiliates)
        await self._add_wallets(plan, "user", plan.sizes.users)
        seeded = await self._run(lambda unit: program.add_program(unit, plan, own))
        await self._run(lambda unit: program.add_forest(unit, plan, seeded))
        await self._both(lambda unit: program.add_referrers(unit, plan, seeded))
        await self._both(draws.wallets_are_known)
        await self._seed_chunks(plan, seeded)
        await self._run(lambda unit: events.tell_of_maturity(unit, plan, seeded))
        await self._run(drawn.money_has_grown)
        await self._run(lambda unit: money.check_moves(unit, seeded))
        await PayoutSeeder(self._money, self._bells, plan, seeded, multisend).seed(self._progress)
        await self._run(lambda unit: money.read_treasury(unit, seeded, plan.until))
        return seeded.id

    async def _seed_chunks(self, plan: SeedPlan, seeded: SeededProgram) -> None:
        recorded: asyncio.Queue[tuple[int, int] | None] = asyncio.Queue(_AHEAD)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._write_record(plan, seeded, recorded))
            group.create_task(self._write_money(plan, seeded, recorded))

    async def _write_record(
        self,
        plan: SeedPlan,
        seeded: SeededProgram,
        recorded: asyncio.Queue[tuple[int, int] | None],
    ) -> None:
        sealed = UUID(int=0)
        for n, first in enumerate(range(0, plan.sizes.batches, BATCHES_AT_ONCE)):
            if n in _LOOK_AGAIN:
                await self._run(drawn.record_has_grown)
            batches = first, min(first + BATCHES_AT_ONCE, plan.sizes.batches) - 1
            chunk = partial(_record, plan=plan, seeded=seeded, batches=batches, sealed=sealed)
            sealed = await self._run(chunk)
            await recorded.put(batches)
        await recorded.put(None)

    async def _write_money(
        self,
        plan: SeedPlan,
        seeded: SeededProgram,
        recorded: asyncio.Queue[tuple[int, int] | None],
    ) -> None:
        for n in count():
            if (batches := await recorded.get()) is None:
                break
            if n in _LOOK_AGAIN:
                await execute(self._money, self._bells, None, drawn.money_has_grown)
            chunk = partial(_money, plan=plan, seeded=seeded, batches=batches)
            await execute(self._money, self._bells, None, chunk)
            self._progress(plan.slug, plan.sizes.upto(batches[1]), plan.sizes.intents)

    async def _add_wallets(self, plan: SeedPlan, kind: str, count: int) -> None:
        done = 0
        addresses = seeded_addresses(plan.salt, kind, count)
        while wallets := [checksum_address(one) for one in islice(addresses, _WALLETS_AT_ONCE)]:
            await self._both(partial(draws.add_wallets, kind=kind, after=done, wallets=wallets))
            done += len(wallets)

    async def _run(self, use_case: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        return await execute(self._record, self._bells, None, use_case)

    async def _both(self, use_case: Callable[[UnitOfWork], Awaitable[None]]) -> None:
        await asyncio.gather(
            *(execute(one, self._bells, None, use_case) for one in (self._record, self._money))
        )


async def _record(
    unit: UnitOfWork, plan: SeedPlan, seeded: SeededProgram, batches: tuple[int, int], sealed: UUID
) -> UUID:
    """From the first to the last of these batches. sealed: the newest audit row that has its seal; returns the next such."""
    await _draw(unit, plan, batches)
    await intents.add_intents(unit, plan, seeded)
    await chain_rows.add_transactions(unit, plan, seeded)
    await intents.end_intents(unit, plan, seeded)
    await money.move_commissions(unit, plan, seeded)
    await events.tell_of_intents(unit, plan, seeded)
    await events.tell_of_earnings(unit, plan, seeded)
    await chain_rows.spend_gas(unit, seeded)
    audited = await sealing.audit_rows(unit, seeded.id, sealed)
    await _seal(unit, plan, SealStream.AUDIT, seeded.id, audited)
    return UUID(audited[-1])


async def _money(
    unit: UnitOfWork, plan: SeedPlan, seeded: SeededProgram, batches: tuple[int, int]
) -> None:
    """Of batches whose record is written."""
    await _draw(unit, plan, batches)
    await money.post(unit, plan, seeded)
    await money.settle(unit, plan, seeded, len(LEVELS_BPS))
    await events.tell_of_postings(unit, plan, seeded)
    await _seal(unit, plan, SealStream.JOURNAL, seeded.id, await sealing.journals(unit))


async def _draw(unit: UnitOfWork, plan: SeedPlan, batches: tuple[int, int]) -> None:
    sizes, (first, last) = plan.sizes, batches
    await drawn.draw_intents(unit, plan, sizes.upto(first - 1) + 1, sizes.upto(last))
    await chain_rows.draw_batches(unit, plan)


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
