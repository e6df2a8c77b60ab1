"""What today's owners and threshold mean for signatures that were given before."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from app.domain.payouts import Death
from app.domain.states import SafeTransactionStatus
from app.domain.treasury import SafeReading
from app.services.payouts.approve_ready import approve_ready, enough_signed
from app.services.payouts.give_up_payouts import give_up_payouts
from app.store.database import UnitOfWork
from app.store.payouts.owner_signatures import signatures_of
from app.store.payouts.safe_rows import SafeRow


async def heed_owners(
    unit: UnitOfWork,
    program_id: int,
    rows: Sequence[SafeRow],
    safe: SafeReading,
    *,
    program_now: datetime,
    actor: str,
    at: datetime,
    role: Literal["api", "worker"],
) -> list[SafeRow]:
    """APPROVED ones that owners of today have not signed often enough any more are given up (OWNERS_CHANGED); returns
    those that are APPROVED now. rows: all open ones, locked; safe: as stored with the treasury.
    """
    approved = [
        one for one in rows if one.status is SafeTransactionStatus.APPROVED and one.death is None
    ]
    signatures = await signatures_of(unit, program_id, [one.id for one in approved])
    lost = [one for one in approved if not enough_signed(signatures[one.id], safe)]
    reason = f"fewer than {safe.threshold} of the Safe's owners of today have signed it"
    await give_up_payouts(unit, program_id, lost, Death.OWNERS_CHANGED, reason, actor=actor, at=at)
    return await approve_ready(
        unit, program_id, rows, safe, program_now=program_now, actor=actor, at=at, role=role
    )
