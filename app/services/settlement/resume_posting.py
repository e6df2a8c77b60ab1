"""After a refused posting or a deep reorganisation: a person has looked, and the program's books go on."""

from datetime import datetime

from app.domain.texts import check_reason
from app.services.audit import AuditEntry, write_audit
from app.services.settlement.stop_posting import deep_reorganisation
from app.store.chain import consumption
from app.store.chain_proof.reorganisations import newest_reorganisation
from app.store.database import UnitOfWork
from app.store.programs import public_id_of


async def resume_posting(
    unit: UnitOfWork, program_id: int, actor: str, reason: str, now: datetime
) -> str | None:
    """Why posting was stopped; None when it was not. What was refused is tried again from its block on; after a
    reorganisation beyond finality, what the chain has now is read from where it began.

    The program stays paused until somebody resumes it too. unit: of the program, with a worker's rights.
    """
    check_reason(reason)
    started = await consumption.start_program(unit, program_id, now)
    if started is None:
        return None
    stopped, chain_id = started
    fork = await newest_reorganisation(unit, program_id, chain_id)
    if fork is not None and stopped == deep_reorganisation(chain_id, fork).message:
        # Its hash is known once the watcher has read on.
        await consumption.rewind(unit, chain_id, [program_id], fork, bytes(32), at=now)
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
