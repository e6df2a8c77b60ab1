"""Commissions whose holding period is over become payable."""

from datetime import datetime

from app.domain.events import EventType, NewEvent
from app.store.commissions import MaturedCommission, mature
from app.store.database import UnitOfWork

AT_ONCE = 5_000
"""Commissions of one transaction: more would keep their rows locked for too long."""
_PAYABLE_VERSION = 2  # the number of the transition; accrual is 1


async def mature_commissions(
    unit: UnitOfWork, program_id: int, actor: str, now: datetime, limit: int = AT_ONCE
) -> int:
    """Moves what is due in program time from ACCRUED to PAYABLE, the oldest first; returns how many.

    What another transaction is changing is left alone: call again until it returns 0. now: real time.
    """
    matured = await mature(unit, program_id, limit, actor, now)
    for commission in matured:
        unit.record(_payable(commission, now), program_id)
    return len(matured)


def _payable(commission: MaturedCommission, now: datetime) -> NewEvent:
    return NewEvent(
        EventType.COMMISSION,
        "commission.payable",
        str(commission.id),
        _PAYABLE_VERSION,
        now,
        {
            "v": 1,
            "affiliate": str(commission.affiliate_public_id),
            "amount": str(commission.amount),
            "currency": commission.currency,
            "payableAt": commission.payable_at.isoformat(),
        },
    )
