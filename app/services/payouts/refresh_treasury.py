"""A newer reading of a treasury's Safe, and what it means for what owners signed before."""

from datetime import datetime

from app.domain.actors import PAYER
from app.domain.clock import program_time
from app.domain.treasury import SafeReading
from app.services.payouts.heed_owners import heed_owners
from app.services.payouts.note_treasury import note_treasury
from app.store.database import UnitOfWork
from app.store.payouts import safe_rows
from app.store.payouts.treasuries import lock_treasury
from app.store.programs import share_program


async def refresh_treasury(
    unit: UnitOfWork, program_id: int, safe: SafeReading, read_at: datetime, at: datetime
) -> None:
    """unit: of that program. at: real time."""
    program = await share_program(unit, program_id)
    assert program is not None
    treasury = await lock_treasury(unit, program_id)
    newest = await note_treasury(unit, program_id, treasury, safe, read_at, actor=PAYER)
    rows = await safe_rows.lock_open(unit, program_id)
    await heed_owners(
        unit,
        program_id,
        rows,
        newest,
        program_now=program_time(at, program.clock_offset),
        actor=PAYER,
        at=at,
        role="worker",
    )
