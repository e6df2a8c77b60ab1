"""Treasuries at the head of the chain: what must not wait for finality, and what becomes of it."""

from collections.abc import Sequence
from datetime import datetime

from app.chain.logs import LogPlace
from app.domain.actors import WATCHER
from app.domain.discrepancies import NewDiscrepancy, Severity
from app.domain.events import EventType, NewEvent
from app.services.audit import AuditEntry, write_audit
from app.services.discrepancies.open_discrepancy import open_discrepancy
from app.store.chain import watching
from app.store.chain.watching import WatchLease
from app.store.database import UnitOfWork
from app.store.discrepancies.rows import hold_program
from app.store.payouts.treasuries import lock_treasury
from app.store.treasury import alarms
from app.store.treasury.alarms import Alarm


async def raise_alarms(
    unit: UnitOfWork,
    lease: WatchLease,
    program_id: int,
    found: Sequence[tuple[LogPlace, NewDiscrepancy]],
    at: datetime,
) -> None:
    """Opens each once; a critical one pauses the program. What finality says later is the same discrepancy.

    unit: of that program. Raises LeaseLost.
    """
    await watching.hold_lease(unit, lease)
    # In this order, as people who approve do.
    if any(one.severity is Severity.CRITICAL for _, one in found):
        await hold_program(unit, program_id)
    # Whoever signs a relay holds it: nothing is signed between this and the commit.
    await lock_treasury(unit, program_id)
    for place, discrepancy in found:
        opened = await open_discrepancy(unit, program_id, discrepancy, WATCHER, at)
        if opened is not None:
            alarm = Alarm(program_id, opened, place.block_number, place.block_hash)
            await alarms.raise_alarm(unit, lease.chain_id, alarm)
            continue
        again = await alarms.revive_alarm(unit, discrepancy)
        if again is not None:
            words = f"Block {again.block_number} is in the chain again: this did happen."
            await _say(unit, again, "discrepancy.block_back", words, at)


async def settle_alarm(unit: UnitOfWork, lease: WatchLease, alarm: Alarm) -> None:
    """Its block is final: the postings of that block say the rest. Raises LeaseLost."""
    await watching.hold_lease(unit, lease)
    await alarms.end_alarm(unit, alarm, "FINAL")


async def withdraw_alarm(unit: UnitOfWork, lease: WatchLease, alarm: Alarm, at: datetime) -> None:
    """Its block is gone. The discrepancy says so and stays: who signed this can send it again. Raises LeaseLost."""
    await watching.hold_lease(unit, lease)
    if not await alarms.end_alarm(unit, alarm, "GONE"):
        return
    words = f"The chain took block {alarm.block_number} back: so far this did not happen."
    await _say(unit, alarm, "discrepancy.block_gone", words, at)


async def _say(unit: UnitOfWork, alarm: Alarm, name: str, words: str, at: datetime) -> None:
    """As often as the chain changes its mind."""
    said = await alarms.add_to_message(unit, alarm, words)
    if said is None:
        return
    message, told = said
    id_ = str(alarm.discrepancy_id)
    data = {"v": 1, "message": message}
    unit.record(NewEvent(EventType.DISCREPANCY, name, id_, 1 + told, at, data), alarm.program_id)
    entry = AuditEntry(WATCHER, name, id_, at, after={"message": message})
    await write_audit(unit, entry, program_id=alarm.program_id)
