"""Commissions whose holding period is over become payable."""

from datetime import datetime

from app.domain.events import EventType, NewEvent
from app.store.commissions import mature
from app.store.database import UnitOfWork


async def mature_commissions(
    unit: UnitOfWork, program_id: int, *, due_at: datetime, now: datetime, limit: int | None = None
) -> int:
    """Moves what is due at `due_at` (program time) from ACCRUED to PAYABLE; returns how many.

    limit: at most so many, the oldest first; None: all.
    """
    matured = await mature(unit, program_id, due_at, limit)
    for commission in matured:
        unit.record(
            NewEvent(
                EventType.COMMISSION,
                "commission.payable",
                str(commission.id),
                2,
                now,
                {
                    "v": 1,
                    "affiliate": str(commission.affiliate_public_id),
                    "amount": str(commission.amount),
                    "currency": commission.currency,
                    "payableAt": commission.payable_at.isoformat(),
                },
            ),
            program_id,
        )
    return len(matured)
