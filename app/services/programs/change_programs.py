"""Changes of a program: its settings, its pause, and a test program's clock."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.domain.clock import program_time
from app.domain.errors import Refusal, RefusalCode
from app.domain.events import EventType, NewEvent
from app.domain.permissions import Authority
from app.domain.states import ProgramStatus
from app.domain.texts import check_reason
from app.domain.typed_ids import typed_id
from app.services.audit import AuditEntry, write_audit
from app.services.programs.create_program import ProgramResult
from app.services.programs.locked_program import locked_program
from app.services.programs.new_program import check_program_limits
from app.services.recovery.require_explained import require_explained
from app.services.recovery.require_recovered import require_recovered
from app.store import programs as store
from app.store.database import UnitOfWork
from app.store.discrepancies import rows as discrepancies

_LONGEST_ADVANCE = timedelta(days=36_525)
_MOST_NAMED = 5
SETTLE_INTENTS = "settle_intents"
PAY_DAY = "pay_day"


@dataclass(frozen=True, slots=True)
class UpdateProgram:
    """None: unchanged."""

    program_id: int
    name: str | None = None
    open_registration: bool | None = None
    allow_self_approval: bool | None = None
    wallet_cool_down_hours: int | None = None
    maximum_tree_depth: int | None = None


async def update_program(
    unit: UnitOfWork, authority: Authority, command: UpdateProgram, now: datetime
) -> ProgramResult:
    """Changes settings; a tree that is deeper already than a new limit stays as it is."""
    program = await locked_program(unit, command.program_id)
    wanted = {
        name: value
        for name in _SETTINGS
        if (value := getattr(command, name)) is not None and value != getattr(program, name)
    }
    if wanted:
        changed = replace(program, **wanted)
        check_program_limits(
            changed.name, changed.wallet_cool_down_hours, changed.maximum_tree_depth
        )
        await store.update_program(unit, changed)
        before = {_SETTINGS[name]: getattr(program, name) for name in wanted}
        after = {_SETTINGS[name]: value for name, value in wanted.items()}
        await _tell(unit, authority, program, "program.updated", now, before=before, after=after)
    return ProgramResult(program.id, program.public_id)


async def pause_program(
    unit: UnitOfWork, authority: Authority, program_id: int, reason: str, now: datetime
) -> ProgramResult:
    """Nothing new is signed from the commit on; a paused program stays as it is. Refuses INVALID_STATE."""
    check_reason(reason)
    program = await locked_program(unit, program_id)
    _refuse_archived(program)
    if program.status is not ProgramStatus.PAUSED:
        await store.pause(unit, program.id, reason, authority.actor, now)
        after = {"reason": reason}
        await _tell(
            unit,
            authority,
            program,
            "program.paused",
            now,
            before={"status": program.status.value},
            after=after,
            reason=reason,
        )
    return ProgramResult(program.id, program.public_id)


async def resume_program(
    unit: UnitOfWork, authority: Authority, program_id: int, reason: str, now: datetime
) -> ProgramResult:
    """What waits is settled again; an active program stays as it is.

    Refuses INVALID_STATE, also while something critical was found since it was paused that the reason does not name.
    """
    check_reason(reason)
    program = await locked_program(unit, program_id)
    _refuse_archived(program)
    await require_recovered(unit, "programId")
    if program.status is not ProgramStatus.ACTIVE:
        await require_explained(unit, program.id, "programId")
        await _refuse_unseen(unit, program_id, reason)
        await store.resume(unit, program.id)
        before = {"status": program.status.value, "reason": program.pause_reason}
        await _tell(
            unit, authority, program, "program.resumed", now, before=before, after={}, reason=reason
        )
        unit.wake(SETTLE_INTENTS)
    return ProgramResult(program.id, program.public_id)


async def advance_clock(
    unit: UnitOfWork, authority: Authority, program_id: int, to: datetime, now: datetime
) -> ProgramResult:
    """Moves a test program's clock to at least `to`, and wakes who does what became due.

    Never back: a clock that is there already stays. Refuses NOT_A_TEST_PROGRAM.
    """
    program = await locked_program(unit, program_id)
    if not program.test:
        raise Refusal(
            RefusalCode.NOT_A_TEST_PROGRAM, "Only a test program's clock moves.", "programId"
        )
    if to - now > _LONGEST_ADVANCE:
        raise Refusal(RefusalCode.INVALID_INPUT, "A clock moves at most 100 years ahead.", "to")
    if to > program_time(now, program.clock_offset):
        await store.set_clock_offset(unit, program.id, to - now)
        unit.wake(PAY_DAY)
        before = {"now": program_time(now, program.clock_offset).isoformat()}
        after = {"now": to.isoformat()}
        await _tell(
            unit, authority, program, "program.clock_advanced", now, before=before, after=after
        )
    return ProgramResult(program.id, program.public_id)


async def _refuse_unseen(unit: UnitOfWork, program_id: int, reason: str) -> None:
    """Who looked at why it was paused may not have seen what was found since. The program's lock is held, so nothing
    critical is opened meanwhile.
    """
    unseen = [
        f"{name} ({one.kind})"
        for one in await discrepancies.critical_since_pause(unit, program_id)
        if (name := typed_id("dis", one.id)) not in reason
    ]
    if unseen:
        more = f" and {len(unseen) - _MOST_NAMED} more" if len(unseen) > _MOST_NAMED else ""
        raise Refusal(
            RefusalCode.INVALID_STATE,
            f"Critical discrepancies were opened since the program was paused: {', '.join(unseen[:_MOST_NAMED])}{more}."
            " Resolve them, or name them in the reason.",
            "reason",
        )


def _refuse_archived(program: store.ProgramRow) -> None:
    if program.status is ProgramStatus.ARCHIVED:
        raise Refusal(RefusalCode.INVALID_STATE, "The program is archived.", "programId")


async def _tell(
    unit: UnitOfWork,
    authority: Authority,
    program: store.ProgramRow,
    name: str,
    now: datetime,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any],
    reason: str | None = None,
) -> None:
    public_id = str(program.public_id)
    unit.record(
        NewEvent(EventType.PROGRAM, name, public_id, program.version + 1, now, {"v": 1, **after})
    )
    shown = after | ({"status": _BECOMES[name]} if name in _BECOMES else {})
    await write_audit(
        unit, AuditEntry(authority.actor, name, public_id, now, before, shown, reason)
    )


_BECOMES = {
    "program.paused": ProgramStatus.PAUSED.value,
    "program.resumed": ProgramStatus.ACTIVE.value,
}


# As clients name them.
_SETTINGS = {
    "name": "name",
    "open_registration": "openRegistration",
    "allow_self_approval": "allowSelfApproval",
    "wallet_cool_down_hours": "walletCoolDownHours",
    "maximum_tree_depth": "maximumTreeDepth",
}
