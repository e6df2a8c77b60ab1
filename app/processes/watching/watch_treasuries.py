"""Treasuries at the head: money that leaves without having been proposed, and changes of their Safes, within one look."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby

from app.chain.logs import LogPlace, SafeExecuted, WatchedLog
from app.chain.node_errors import TooManyLogs
from app.chain.safe_configuration import read_configurations
from app.chain.treasury_logs import MODULE_EXECUTED, TreasuryEvent, read_treasury_logs
from app.domain.discrepancies import NewDiscrepancy
from app.domain.treasury_changes import module_acted
from app.processes.watching.parts import HeadReading, Watch
from app.services.findings.transaction_findings import WatchedAddresses, items_of_transaction
from app.services.settlement.stop_posting import unread_block
from app.services.treasury.alarms import raise_alarms, settle_alarm, withdraw_alarm
from app.services.treasury.note_configuration import note_configuration
from app.services.treasury.unproposed import unproposed
from app.store.chain import consumption
from app.store.chain.consumption import WatchedProgram
from app.store.chain.watching import LeaseLost
from app.store.treasury import alarms, configurations

_READ_AGAIN_AFTER = timedelta(minutes=10)
"""Logs tell of changes at once; this finds what code did that logs nothing."""


class TreasuryWatch:
    """Which blocks were looked at; a new one looks at everything above the newest final block again."""

    def __init__(self) -> None:
        self._seen: set[bytes] | None = None
        self._read_at: datetime | None = None
        self._not_safes: set[int] = set()
        self._silent: set[int] = set()

    async def look(self, watch: Watch, reading: HeadReading) -> None:
        """At the blocks that were not looked at. Raises LeaseLost, ChainError; the next look goes on from here.

        What one treasury's code or one program's row is in the way of is raised when all others were looked at.
        """
        above = {n: one.hash for n, one in reading.blocks.items() if n > reading.final_number}
        # Where each block is final at once there is never one above: Safes are looked at by the clock all the same.
        if above and self._seen == set(above.values()):
            return
        async with watch.database.read(None) as session:
            programs = await consumption.watched_programs(session, watch.chain.chain_id)
        gone = self._seen is not None and bool(self._seen - self._standing(reading))
        problem: Exception | None = None
        if programs:
            told, unread = await self._read_logs(watch, reading, programs, above)
            unsaid = await self._read_safes(watch, reading, programs, told, everything=gone)
            problem = unread or unsaid
        await _end_alarms(watch, reading)
        if problem is not None:
            raise problem
        self._seen = set(above.values())

    def _standing(self, reading: HeadReading) -> set[bytes]:
        return {one.hash for one in reading.blocks.values()}

    async def _read_logs(
        self,
        watch: Watch,
        reading: HeadReading,
        programs: Sequence[WatchedProgram],
        above: dict[int, bytes],
    ) -> tuple[set[str], TooManyLogs | None]:
        """The Safes that said that they were changed, or ran what may have changed them; and why a block says nothing of one, when that is to be asked for again."""
        seen = self._seen
        fresh = [
            n for n, block_hash in above.items() if seen is not None and block_hash not in seen
        ]
        first = reading.final_number + 1 if seen is None else min(fresh, default=None)
        if first is None or first > reading.head.number:
            return set(), None
        logs = await read_treasury_logs(
            watch.chain,
            [one.treasury for one in programs],
            sorted({token for one in programs for token in one.tokens}),
            (reading.head.number, reading.head.hash),
            max(first, 0),
        )
        await _raise(watch, programs, logs.moved, logs.events)
        unanswered: TooManyLogs | None = None
        for program in programs:
            if program.treasury not in logs.unread:
                continue
            number, problem = logs.unread[program.treasury]
            if problem.refused:
                await _tell_unread(watch, reading, program.id, number)
            else:
                unanswered = problem
        ran = {log.safe for log in logs.moved if isinstance(log, SafeExecuted)}
        return ran | {event.safe for event in logs.events}, unanswered

    async def _read_safes(
        self,
        watch: Watch,
        reading: HeadReading,
        programs: Sequence[WatchedProgram],
        told: set[str],
        *,
        everything: bool,
    ) -> Exception | None:
        """Those that may have been changed, those that are new, and now and then all.

        That one does not answer as a Safe any more is believed at the second look: a node that answers nothing says so too.
        Returns why one could not be noted; it is looked at again.
        """
        now = watch.clock()
        due = self._read_at is None or now - self._read_at > _READ_AGAIN_AFTER
        if due:
            self._not_safes.clear()
        async with watch.database.read(None) as session:
            stored = await configurations.of_chain(session, watch.chain.chain_id)
        looked_at = [
            one
            for one in programs
            if due
            or everything
            or one.treasury in told
            or one.id in self._silent
            or (one.id not in stored and one.id not in self._not_safes)
        ]
        safes = [one.treasury for one in looked_at]
        found = await read_configurations(watch.chain, safes, reading.head.hash)
        silent: set[int] = set()
        problem: Exception | None = None
        for program, safe in zip(looked_at, found, strict=True):
            known = stored.get(program.id)
            if safe is None and known is None:
                self._not_safes.add(program.id)
            elif safe is None and program.id not in self._silent:
                silent.add(program.id)
            elif known is None or known.seen != safe:
                note = partial(
                    note_configuration,
                    lease=watch.lease,
                    program_id=program.id,
                    safe=safe,
                    block=reading.head,
                    at=now,
                )
                try:
                    await watch.write(note, program.id)
                except LeaseLost:
                    raise
                except Exception as failed:  # noqa: BLE001  it is raised when all are looked at
                    problem = failed
                    silent.add(program.id)
        self._silent = silent
        if due:
            self._read_at = now
        return problem


async def _raise(
    watch: Watch,
    programs: Sequence[WatchedProgram],
    moved: Sequence[WatchedLog],
    events: Sequence[TreasuryEvent],
) -> None:
    addresses = WatchedAddresses(
        gateway=watch.gateway.lower(),
        treasuries={one.treasury: one.id for one in programs},
        programs={},
    )
    by_id = {one.id: one for one in programs}
    found: dict[int, list[tuple[LogPlace, NewDiscrepancy]]] = {}
    for _, group in groupby(moved, key=lambda log: (log.place.block_number, log.place.tx_index)):
        for program_id, items in items_of_transaction(group, addresses, {}).items():
            async with watch.database.read(program_id) as session:
                told = await unproposed(session, watch.chain.chain_id, by_id[program_id], items)
            found.setdefault(program_id, []).extend(told)
    for event in _first_of_modules(events):
        place = event.place
        reference = f"{watch.chain.chain_id}:0x{place.block_hash.hex()}:{place.log_index}"
        program_id = addresses.treasuries[event.safe]
        discrepancy = module_acted(reference, place.tx_hash)
        found.setdefault(program_id, []).append((place, discrepancy))
    for program_id, told in found.items():
        if told:
            at = watch.clock()
            alarm = partial(
                raise_alarms, lease=watch.lease, program_id=program_id, found=told, at=at
            )
            await watch.write(alarm, program_id)
            watch.at_point("treasuries.alarmed")


async def _tell_unread(watch: Watch, reading: HeadReading, program_id: int, number: int) -> None:
    """What a block says of one treasury is unknown."""
    block = reading.blocks[number]
    place = LogPlace(number, block.hash, bytes(32), 0, 0)
    told = [(place, unread_block(watch.chain.chain_id, number, block.hash))]
    alarm = partial(
        raise_alarms, lease=watch.lease, program_id=program_id, found=told, at=watch.clock()
    )
    await watch.write(alarm, program_id)


def _first_of_modules(events: Sequence[TreasuryEvent]) -> list[TreasuryEvent]:
    """Of each Safe in each block: code that logs such an event ten thousand times holds nobody up."""
    once: dict[tuple[str, int], TreasuryEvent] = {}
    for event in events:
        if event.name == MODULE_EXECUTED:
            once.setdefault((event.safe, event.place.block_number), event)
    return list(once.values())


async def _end_alarms(watch: Watch, reading: HeadReading) -> None:
    async with watch.database.read(None) as session:
        open_ones = await alarms.open_alarms(session, watch.chain.chain_id)
    for alarm in open_ones:
        if not reading.stands(alarm.block_number, alarm.block_hash):
            withdraw = partial(withdraw_alarm, lease=watch.lease, alarm=alarm, at=watch.clock())
            await watch.write(withdraw, alarm.program_id)
        elif alarm.block_number <= reading.final_number:
            await watch.write(
                partial(settle_alarm, lease=watch.lease, alarm=alarm), alarm.program_id
            )
