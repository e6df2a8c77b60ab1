"""Reports what does not agree; a critical one pauses the program until a person resumes it."""

from datetime import datetime
from uuid import UUID

from app.domain.discrepancies import NewDiscrepancy, Severity
from app.domain.events import EventType, NewEvent
from app.domain.outflows import contradicted_recipient
from app.services.audit import AuditEntry, write_audit
from app.store.database import UnitOfWork
from app.store.discrepancies import rows as store
from app.store.treasury.recipients import note_recipient


async def open_discrepancy(
    unit: UnitOfWork,
    program_id: int,
    found: NewDiscrepancy,
    actor: str,
    at: datetime,
    *,
    run_id: UUID | None = None,
) -> UUID | None:
    """The new discrepancy's id; None when the same thing is reported already, or is money that a person has explained.
    unit: of that program. at: real time. run_id: the reconciliation that found it.
    """
    if found.severity is Severity.CRITICAL:
        # Before anything of the discrepancy, as everybody does who finds the same at this moment.
        await store.hold_program(unit, program_id)
    if await store.is_explained(unit, program_id, found, seen_before=run_id is not None):
        return None
    discrepancy_id = await store.open_once(unit, program_id, found, at, run_id)
    if found.severity is Severity.CRITICAL:
        # Also when it is reported already: somebody may have resumed the program since.
        await _pause(unit, program_id, found.message, actor, at)
    await _note_recipient(unit, program_id, found, actor, at)
    if discrepancy_id is not None:
        await _tell(unit, program_id, discrepancy_id, found, actor=actor, at=at)
    return discrepancy_id


async def _note_recipient(
    unit: UnitOfWork, program_id: int, found: NewDiscrepancy, actor: str, at: datetime
) -> None:
    if found.recipient is None:
        return
    noted = await note_recipient(unit, program_id, found.reference, found.recipient)
    if noted != found.recipient.lower():
        # Told and not refused: the money left all the same, and posting goes on.
        other = contradicted_recipient(found, noted)
        await open_discrepancy(unit, program_id, other, actor, at)


async def _tell(
    unit: UnitOfWork,
    program_id: int,
    discrepancy_id: UUID,
    found: NewDiscrepancy,
    *,
    actor: str,
    at: datetime,
) -> None:
    unit.record(
        NewEvent(
            EventType.DISCREPANCY,
            "discrepancy.opened",
            str(discrepancy_id),
            1,
            at,
            {
                "v": 1,
                "kind": found.kind.value,
                "severity": found.severity.value,
                "message": found.message,
                "entity": found.entity_id,
            },
        ),
        program_id,
    )
    after = {
        "kind": found.kind.value,
        "severity": found.severity.value,
        "expected": found.expected,
        "actual": found.actual,
    }
    entry = AuditEntry(
        actor,
        "discrepancy.opened",
        str(discrepancy_id),
        at,
        after=after,
        reason=found.message,
    )
    await write_audit(unit, entry)


async def _pause(unit: UnitOfWork, program_id: int, reason: str, actor: str, at: datetime) -> None:
    paused = await store.pause_program(unit, program_id, reason, actor, at)
    if paused is None:
        return
    version, public_id = paused
    unit.record(
        NewEvent(
            EventType.PROGRAM,
            "program.paused",
            str(public_id),
            version,
            at,
            {"v": 1, "reason": reason},
        ),
        program_id,
    )
    await write_audit(
        unit,
        AuditEntry(
            actor=actor,
            action="program.paused",
            target_id=str(public_id),
            at=at,
            before={"status": "ACTIVE"},
            after={"status": "PAUSED"},
            reason=reason,
        ),
    )
