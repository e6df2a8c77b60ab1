"""The threshold: what enough of today's owners signed is APPROVED, and its money held in the same transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from app.domain.states import SafeTransactionStatus
from app.domain.treasury import SafeReading
from app.services.payouts.move_safe_transactions import Told, move_safe_transactions
from app.services.payouts.payout_journals import holds, releases
from app.store.database import UnitOfWork
from app.store.ledger import posting as ledger
from app.store.payouts import safe_moves
from app.store.payouts.owner_signatures import StoredSignature, signatures_of
from app.store.payouts.payouts_to_post import payouts_of
from app.store.payouts.safe_moves import SafeMove
from app.store.payouts.safe_rows import SafeRow

PAY = "pay"


def enough_signed(signatures: Iterable[StoredSignature], safe: SafeReading) -> bool:
    """Whether owners of today, as many as the threshold says, are among the signers."""
    return len({one.owner for one in signatures} & set(safe.owners)) >= safe.threshold


async def approve_ready(
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
    """Of all open rows, locked, approves those that may be; returns them. safe: as stored with the treasury.

    Money that another Safe transaction of the same nonce holds is released in the same posting call.
    """
    waiting = [one for one in rows if one.waits_for_signatures and one.nonce >= safe.nonce]
    signatures = await signatures_of(unit, program_id, [one.id for one in waiting])
    ready = [one for one in waiting if enough_signed(signatures[one.id], safe)]
    if not ready:
        return []
    nonces = {one.nonce for one in ready}
    holders = [one for one in rows if one.holding and one.nonce in nonces]
    payouts = await payouts_of(unit, program_id, [one.id for one in (*ready, *holders)])
    journals = [*releases(holders, payouts, program_now), *holds(ready, payouts, program_now)]
    if journals:
        await ledger.post(unit, program_id, journals, at, role=role)
    await safe_moves.release(unit, program_id, [one.id for one in holders])
    moves = [
        SafeMove(one, SafeTransactionStatus.APPROVED, holding=one.currency is not None)
        for one in ready
    ]
    told = [Told("payout_batch.approved", [one.id for one in ready])]
    await move_safe_transactions(unit, program_id, moves, told, actor=actor, at=at)
    unit.wake(PAY)
    return ready
