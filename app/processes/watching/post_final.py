"""Posting at finality: logs by block range, in block and log order, one database transaction per (transaction, program)."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import groupby
from time import monotonic
from uuid import UUID

import structlog

from app.chain.authorization import program_word
from app.chain.log_ranges import WatchedContracts, read_watched_logs
from app.chain.logs import LogPlace, WatchedLog
from app.processes.watching.looks import Looks
from app.processes.watching.parts import HeadReading, InconsistentChainError, Watch
from app.processes.watching.post_work import post_work
from app.processes.watching.unread_programs import UnreadPrograms
from app.services.findings.transaction_findings import WatchedAddresses, items_of_transaction
from app.services.settlement.post_transaction import FinalWork
from app.store.chain import chain_progress, consumption, watching
from app.store.chain.consumption import WatchedProgram
from app.store.chain.settlements import SettlementPlace
from app.store.database import UnitOfWork
from app.store.database_errors import passes
from app.store.intents import attempts

_LOG = structlog.get_logger()
_FEWEST_BLOCKS, _MOST_BLOCKS = 8, 1024
_FEW_LOGS, _MANY_LOGS = 2_000, 8_000
_PROGRAMS_AT_ONCE = 4
# Anybody can send a treasury a thousand transfers a block: the chain's other programs are posted on meanwhile.
_LONGEST_SECONDS = 5.0

PlacedWork = dict[int, list[FinalWork]]
KeepLease = Callable[[], Awaitable[None]]


class FinalPoster:
    """Reads as many blocks at once as give a handful of logs, so that catching up needs little memory."""

    def __init__(self) -> None:
        self._span = _FEWEST_BLOCKS
        self._unread = UnreadPrograms()
        self._looks = Looks()

    async def post_all(self, watch: Watch, reading: HeadReading, keep_lease: KeepLease) -> None:
        """Posts everything final, range by range; a program that fails waits for the next turn."""
        self._looks.note(reading.head.number, reading.final_number, reading.at)
        failed: set[int] = set()
        while await self._post_next(watch, reading, failed, keep_lease):
            await keep_lease()

    async def _post_next(
        self, watch: Watch, reading: HeadReading, failed: set[int], keep_lease: KeepLease
    ) -> bool:
        """False when nothing is left."""
        async with watch.database.read(None) as session:
            programs = await consumption.watched_programs(session, watch.chain.chain_id)
        ready = [
            one
            for one in programs
            if one.stopped is None
            and one.id not in failed
            and one.consumed_through < reading.final_number
        ]
        if not ready:
            return False
        first = min(one.consumed_through for one in ready) + 1
        last = min(first + self._span - 1, reading.final_number)
        tip, _ = (await _block_times(watch, reading, set(), last))[last]
        contracts = _contracts(watch, ready)
        found = await read_watched_logs(watch.chain, contracts, (last, tip), first, last)
        logs = found.logs
        times = await _block_times(watch, reading, {log.place for log in logs}, last)
        watch.at_point("final.read")
        if found.unread:
            failed |= await self._unread.leave_out(watch, ready, found.unread)
            ready = [one for one in ready if one.id not in failed]
        self._adapt(len(logs))
        work = await _work_by_program(watch, ready, logs, times, self._looks)
        done = await _post_programs(watch, ready, work, keep_lease)
        await watch.write(partial(_consume, watch, done, last, times[last][0]))
        watch.at_point("final.consumed")
        failed.update({one.id for one in ready} - set(done))
        return True

    def _adapt(self, logs: int) -> None:
        if logs < _FEW_LOGS:
            self._span = min(self._span * 2, _MOST_BLOCKS)
        elif logs > _MANY_LOGS:
            self._span = max(self._span // 2, _FEWEST_BLOCKS)


def _contracts(watch: Watch, programs: Sequence[WatchedProgram]) -> WatchedContracts:
    return WatchedContracts(
        gateway=watch.gateway,
        tokens=tuple(sorted({token for one in programs for token in one.tokens})),
        treasuries=tuple(one.treasury for one in programs),
    )


async def _block_times(
    watch: Watch, reading: HeadReading, places: set[LogPlace], last: int
) -> dict[int, tuple[bytes, datetime]]:
    """Hash and time of each block with logs, and of the last one; each log must be of that very block."""
    numbers = sorted({place.block_number for place in places} | {last})
    found = {
        number: (known.hash, known.at)
        for number in numbers
        if (known := reading.blocks.get(number)) is not None
    }
    missing = [number for number in numbers if number not in found]
    for block in await watch.chain.get_blocks(missing):
        if block is None:
            raise InconsistentChainError("a final block is missing")
        found[block.number] = (block.hash, block.at)
    if any(found[place.block_number][0] != place.block_hash for place in places):
        raise InconsistentChainError("a log is of another block than the chain has at its height")
    return found


async def _work_by_program(
    watch: Watch,
    programs: Sequence[WatchedProgram],
    logs: Sequence[WatchedLog],
    times: Mapping[int, tuple[bytes, datetime]],
    looks: Looks,
) -> PlacedWork:
    """What each program has to post, in order; what it consumed before is left out."""
    async with watch.database.read(None) as session:
        hashes = sorted({log.place.tx_hash for log in logs})
        carriers = await chain_progress.carriers(session, watch.chain.chain_id, hashes)
        aboard = await attempts.on_board(session, sorted(set(carriers.values())))
    addresses = WatchedAddresses(
        gateway=watch.gateway.lower(),
        treasuries={one.treasury: one.id for one in programs},
        programs={program_word(one.public_id): one.id for one in programs},
    )
    by_id = {one.id: one for one in programs}
    work: PlacedWork = {one.id: [] for one in programs}
    for place, group in _transactions(logs):
        ours = carriers.get(place.tx_hash)
        found = items_of_transaction(group, addresses, _rejected(aboard, ours))
        for program_id, items in found.items():
            if program_id in by_id and place.block_number > by_id[program_id].consumed_through:
                block_at = times[place.block_number][1]
                work[program_id].append(
                    FinalWork(
                        program=by_id[program_id],
                        place=_settlement_place(watch, place, ours),
                        block_at=block_at,
                        waited=looks.waited(place.block_number, block_at),
                        items=items,
                        completes_block=False,
                        small_inflows=watch.small_inflows,
                    )
                )
    return {program_id: _mark_block_ends(ordered) for program_id, ordered in work.items()}


def _transactions(logs: Iterable[WatchedLog]) -> Iterable[tuple[LogPlace, list[WatchedLog]]]:
    for _, group in groupby(logs, key=lambda log: (log.place.block_number, log.place.tx_index)):
        members = list(group)
        yield members[0].place, members


def _rejected(aboard: Mapping[tuple[UUID, bytes], int], ours: UUID | None) -> dict[bytes, int]:
    return {
        intent: program_id
        for (transaction_id, intent), program_id in aboard.items()
        if transaction_id == ours
    }


def _settlement_place(watch: Watch, place: LogPlace, ours: UUID | None) -> SettlementPlace:
    return SettlementPlace(
        watch.chain.chain_id, ours, place.tx_hash, place.block_number, place.block_hash
    )


def _mark_block_ends(ordered: list[FinalWork]) -> list[FinalWork]:
    """The last transaction of a program in each block completes the block for it."""
    following = [*(work.place.block_number for work in ordered[1:]), -1][: len(ordered)]
    return [
        replace(work, completes_block=work.place.block_number != next_block)
        for work, next_block in zip(ordered, following, strict=True)
    ]


async def _post_programs(
    watch: Watch, programs: Sequence[WatchedProgram], work: PlacedWork, keep_lease: KeepLease
) -> list[int]:
    """Programs post side by side, each in its own order; returns those that posted everything. One that takes long goes on in
    the next turn.
    """
    turns = asyncio.Semaphore(_PROGRAMS_AT_ONCE)

    async def post(program: WatchedProgram) -> bool:
        async with turns:
            begun = kept = monotonic()
            complete = False
            for one in work[program.id]:
                now = monotonic()
                if complete and now > begun + _LONGEST_SECONDS:
                    return False
                if now > kept + _LONGEST_SECONDS:
                    await keep_lease()
                    kept = now
                if not await post_work(watch, one):
                    return False
                # Never within a block: what was posted of it would be looked at again, each time a little more.
                complete = one.completes_block
        return True

    outcomes = await asyncio.gather(*(post(one) for one in programs), return_exceptions=True)
    for program, outcome in zip(programs, outcomes, strict=True):
        if isinstance(outcome, watching.LeaseLost) or not isinstance(outcome, Exception | bool):
            raise outcome
        if isinstance(outcome, Exception) and passes(outcome):
            _LOG.warning("posting waits", program=str(program.public_id), reason=str(outcome))
        elif isinstance(outcome, Exception):
            _LOG.error("posting failed", program=str(program.public_id), exc_info=outcome)
    return [
        program.id for program, outcome in zip(programs, outcomes, strict=True) if outcome is True
    ]


async def _consume(
    watch: Watch, program_ids: Sequence[int], last: int, last_hash: bytes, unit: UnitOfWork
) -> None:
    await watching.hold_lease(unit, watch.lease)
    await consumption.consume_through(
        unit, watch.chain.chain_id, program_ids, last, last_hash, at=watch.clock()
    )
