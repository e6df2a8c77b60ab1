"""After a refused posting or a deep reorganisation: a person has looked, and the program's books go on."""

from datetime import datetime

from app.domain.texts import check_reason
from app.services.audit import AuditEntry, write_audit
from app.store.chain import consumption
from app.store.database import UnitOfWork
from app.store.programs import public_id_of


async def resume_posting(
    unit: UnitOfWork, program_id: int, actor: str, reason: str, now: datetime
) -> str | None:
    """Why posting was stopped; None when it was not. What was refused is tried again from its block on.

    The program stays paused until somebody resumes it too. unit: of the program, with a worker's rights.
    """
    check_reason(reason)
    stopped = await consumption.start_program(unit, program_id, now)
    if stopped is None:
        return None
    entry = AuditEntry(
        actor=actor,
        action="program.posting_resumed",
        target_id=str(await public_id_of(unit, program_id)),
        at=now,
        before={"postingStopped": True},
        after={"postingStopped": False},
        reason=reason,
    )
    await write_audit(unit, entry)
    unit.wake("watch_chain")
    return stopped
