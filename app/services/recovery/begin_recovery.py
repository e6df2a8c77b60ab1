"""The tables are of an older state than the world: everything stops until the chains were read and a person says go on."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.events import EventType, NewEvent
from app.domain.permissions import PLATFORM_PROGRAM_ID
from app.domain.states import ProgramStatus
from app.services.audit import AuditEntry, write_audit
from app.store.database import UnitOfWork
from app.store.recovery import recoveries
from app.store.recovery.recoveries import PausedProgram

PAUSE_REASON = "RECOVERY"


@dataclass(frozen=True, slots=True)
class Begun:
    """What was done at once. feed_epoch: cursors of other epochs are expired from now on."""

    recovery_id: UUID
    paused: int
    sessions_ended: int
    feed_epoch: int


async def begin_recovery(
    unit: UnitOfWork, reason: str, actor: str, now: datetime, *, again: bool = False
) -> Begun | None:
    """Pauses every program, raises the feed's epoch and all fences, ends all sessions.

    None when a recovery is open already and the server is still the one that it was begun on, unless `again` is asked for
    (the server was taken back once more). reason: in words, for the audit log.
    """
    await recoveries.lock_instance(unit)
    known = await recoveries.is_own_server(unit)
    if known and not again and await recoveries.open_recovery(unit) is not None:
        return None
    recovery_id, epoch = await recoveries.begin(unit, reason, actor, now)
    paused = await recoveries.pause_all(unit, PAUSE_REASON, actor, now)
    for program in paused:
        await _tell_paused(unit, program, reason, actor, now)
    ended = await recoveries.end_sessions(unit, now)
    after = {"programsPaused": len(paused), "sessionsEnded": ended, "feedEpoch": epoch}
    entry = AuditEntry(actor, "recovery.begun", str(recovery_id), now, after=after, reason=reason)
    await write_audit(unit, entry, program_id=PLATFORM_PROGRAM_ID)
    return Begun(recovery_id, len(paused), ended, epoch)


async def _tell_paused(
    unit: UnitOfWork, program: PausedProgram, reason: str, actor: str, now: datetime
) -> None:
    data = {"v": 1, "reason": PAUSE_REASON}
    public_id = str(program.public_id)
    event = NewEvent(EventType.PROGRAM, "program.paused", public_id, program.version, now, data)
    unit.record(event, program.id)
    entry = AuditEntry(
        actor,
        "program.paused",
        public_id,
        now,
        before={"status": ProgramStatus.ACTIVE.value},
        after={"status": ProgramStatus.PAUSED.value, "reason": PAUSE_REASON},
        reason=reason,
    )
    await write_audit(unit, entry, program_id=program.id)
