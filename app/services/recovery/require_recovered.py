"""What must not be decided on tables that may lack what happened last."""

from app.domain.errors import Refusal, RefusalCode
from app.store.database import ReadSession, UnitOfWork
from app.store.recovery import recoveries


async def require_recovered(session: ReadSession | UnitOfWork, *field: str) -> None:
    """Refuses INVALID_STATE after a restore or a promotion, until `sge recover` has finished."""
    if not await recoveries.is_recovered(session):
        raise Refusal(
            RefusalCode.INVALID_STATE,
            "The database was restored or promoted and has not caught up with the chain: this waits until `sge recover`"
            " has finished.",
            *field,
        )
