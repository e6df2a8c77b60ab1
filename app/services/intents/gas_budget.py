"""What a program's transactions may cost a day."""

from datetime import datetime

from app.services.audit import AuditEntry, write_audit
from app.store.database import UnitOfWork
from app.store.programs import change_gas_budget, public_id_of


async def set_gas_budget(
    unit: UnitOfWork, program_id: int, actor: str, wei: int | None, now: datetime
) -> None:
    """A day's bound in wei, by UTC days; None: no bound. unit: of the program, with a worker's rights."""
    before = await change_gas_budget(unit, program_id, wei)
    if before == wei:
        return
    entry = AuditEntry(
        actor=actor,
        action="program.gas_budget_set",
        target_id=str(await public_id_of(unit, program_id)),
        at=now,
        before={"wei": None if before is None else str(before)},
        after={"wei": None if wei is None else str(wei)},
    )
    await write_audit(unit, entry)
