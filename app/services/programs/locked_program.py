"""The program that a use case changes, kept still while it does."""

from app.domain.errors import Refusal, RefusalCode
from app.store.database import UnitOfWork
from app.store.programs import ProgramRow, lock_program


async def locked_program(unit: UnitOfWork, program_id: int) -> ProgramRow:
    """Refuses NOT_FOUND: there is none, or it is not this credential's."""
    program = await lock_program(unit, program_id)
    if program is None:
        raise Refusal(RefusalCode.NOT_FOUND, "There is no such program.", "programId")
    return program
