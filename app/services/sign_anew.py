"""What is proposed again after the Safe's owners changed: today's owners sign it anew."""

from collections.abc import Sequence
from datetime import datetime

from app.domain.states import SafeTransactionStatus
from app.domain.treasury import SafeReading
from app.services.approve_ready import enough_signed
from app.services.payout_journals import releases
from app.store import ledger, safe_moves
from app.store.database import UnitOfWork
from app.store.owner_signatures import signatures_of
from app.store.payouts_to_post import payouts_of
from app.store.safe_moves import SafeMove
from app.store.safe_rows import SafeRow


async def sign_anew(
    unit: UnitOfWork,
    program_id: int,
    rows: Sequence[SafeRow],
    safe: SafeReading,
    *,
    reason: str,
    program_now: datetime,
    at: datetime,
) -> list[SafeMove]:
    """Moves to PROPOSED for those that are APPROVED by too few of today's owners; what they held is released.

    rows: locked; safe: as stored with the treasury. Posts with the web process's right.
    """
    approved = [row for row in rows if row.status is SafeTransactionStatus.APPROVED]
    signatures = await signatures_of(unit, program_id, [row.id for row in approved])
    lost = [row for row in approved if not enough_signed(signatures[row.id], safe)]
    payouts = await payouts_of(unit, program_id, [row.id for row in lost])
    journals = releases(lost, payouts, program_now)
    if journals:
        await ledger.post(unit, program_id, journals, at, role="api")
    await safe_moves.release(unit, program_id, [row.id for row in lost])
    return [SafeMove(row, SafeTransactionStatus.PROPOSED, reason) for row in lost]
