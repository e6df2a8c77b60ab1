"""Commissions whose holding period is over become payable."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.domain.events import EventType, NewEvent
from app.services.audit import AuditEntry, write_audit
from app.store.database import UnitOfWork
from app.store.payouts.commissions import MaturedCommission, any_due, mature
from app.store.payouts.treasuries import lock_treasury

AT_ONCE = 5_000
"""Commissions of one transaction: more would keep their rows locked for too long."""
_PAYABLE_VERSION = 2  # the number of the transition; accrual is 1


async def mature_commissions(
    unit: UnitOfWork, program_id: int, actor: str, now: datetime, limit: int = AT_ONCE
) -> int:
    """Moves what is due in program time from ACCRUED to PAYABLE, the oldest first; returns how many.

    One at a time a program, and after whoever stores a batch; when nothing is due nobody waits. What another transaction is
    changing is left alone: call again until it returns 0. now: real time.
    """
    if not await any_due(unit, program_id, now):
        return 0
    # Whoever moves commissions holds it: sums of them are kept row by row (docs/decisions/0300).
    await lock_treasury(unit, program_id)
    matured = await mature(unit, program_id, limit, actor, now)
    for commission in matured:
        unit.record(_payable(commission, now), program_id)
    if matured:
        entry = AuditEntry(actor, "commissions.matured", None, now, after=_totals(matured))
        await write_audit(unit, entry, program_id=program_id)
    return len(matured)


def _totals(matured: Sequence[MaturedCommission]) -> dict[str, Any]:
    """Each of them has its transition; together they are one decision."""
    amounts: Counter[str] = Counter()
    for one in matured:
        amounts[one.currency] += one.amount
    shown = {currency: str(units) for currency, units in sorted(amounts.items())}
    return {"status": "PAYABLE", "commissions": len(matured), "amounts": shown}


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
