"""What must not be decided while money has left a treasury and nobody knows what for: it may have paid just those who wait."""

from app.domain.errors import Refusal, RefusalCode
from app.store.database import ReadSession, UnitOfWork
from app.store.treasury.outflows import count_unexplained, is_unposted


async def require_explained(
    session: ReadSession | UnitOfWork, program_id: int, *field: str
) -> None:
    """Refuses INVALID_STATE while an UNEXPLAINED_OUTFLOW of the program is open, or its posting is stopped."""
    if await is_unposted(session, program_id):
        raise Refusal(
            RefusalCode.INVALID_STATE,
            "What the chain says of the program's money is not all posted: its posting was stopped. The platform's people"
            " start it again (sge program resume-posting), and it has to come up with the chain first.",
            *field,
        )
    if count := await count_unexplained(session, program_id):
        raise Refusal(
            RefusalCode.INVALID_STATE,
            f"Money left the treasury that nobody has explained ({count} open UNEXPLAINED_OUTFLOW): resolve each first"
            " (resolveDiscrepancy). What its recipient was owed is then paid by it, and not paid again.",
            *field,
        )
