"""Something passing is in the way of an approved Safe transaction: owners see what."""

from datetime import datetime
from uuid import UUID

from app.domain.actors import PAYER
from app.domain.payouts import BlockerCode
from app.services.payouts.move_safe_transactions import Told, move_safe_transactions
from app.store.database import UnitOfWork
from app.store.payouts.relay_notes import note_waiting
from app.store.payouts.treasuries import lock_treasury


async def wait_for_relay(
    unit: UnitOfWork,
    program_id: int,
    safe_transaction_id: UUID,
    version: int,
    *,
    reason: str | None,
    code: BlockerCode | None,
    at: datetime,
) -> None:
    """reason: None: nothing is any more. version: as it was read; what changed since is left alone."""
    await lock_treasury(unit, program_id)
    news = await note_waiting(
        unit, program_id, safe_transaction_id, version, reason=reason, code=code
    )
    if news:
        data = {"reason": reason, "code": None if code is None else code.value}
        told = [Told("payout_batch.waiting", [safe_transaction_id], data)]
        await move_safe_transactions(unit, program_id, (), told, actor=PAYER, at=at)
