"""An owner, or whoever made it, gives a batch up."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.errors import Refusal, RefusalCode
from app.domain.payouts import Death
from app.domain.permissions import Authority
from app.domain.texts import check_reason
from app.services.audit import AuditEntry, write_audit
from app.services.payouts.batch_result import BatchResult
from app.services.payouts.move_safe_transactions import Told, move_safe_transactions
from app.store.database import UnitOfWork
from app.store.payouts import safe_rows
from app.store.payouts.live_batches import live_batch, note_rejection, read_batch
from app.store.payouts.safe_moves import SafeMove
from app.store.payouts.treasuries import lock_treasury
from app.store.programs import share_program

_REJECTED = "payout_batch.rejected"


@dataclass(frozen=True, slots=True)
class RejectPayoutBatch:
    """Why, for everybody who reads the batch later."""

    batch_id: UUID
    reason: str


async def reject_payout_batch(
    unit: UnitOfWork, authority: Authority, command: RejectPayoutBatch, now: datetime
) -> BatchResult:
    """Nothing of the batch is relayed or takes signatures any more; what was signed elsewhere can still execute, so
    its lines stay where they are. A rejected batch stays as it is. now: real time.

    Refuses INVALID_INPUT, NOT_FOUND, and INVALID_STATE when nothing of it can execute, or another batch replaced it.
    """
    reason = check_reason(command.reason)
    program_id = authority.program_id
    await share_program(unit, program_id)
    await lock_treasury(unit, program_id)
    batch = await read_batch(unit, program_id, command.batch_id)
    if batch is None:
        raise Refusal(RefusalCode.NOT_FOUND, "There is no such batch.", "id")
    if batch.rejected_at is not None:
        return BatchResult(batch.id, replayed=True)
    live = await live_batch(unit, program_id)
    if live is None or live.id != batch.id:
        raise Refusal(
            RefusalCode.INVALID_STATE,
            "Nothing of this batch can be executed any more, or another batch has replaced it.",
            "id",
        )
    await note_rejection(unit, program_id, batch.id, by=authority.actor, reason=reason, at=now)
    rows = [row for row in await safe_rows.of_batch(unit, program_id, batch.id) if row.open]
    moves = [
        SafeMove(row, row.status, reason, Death.REJECTED, holding=row.holding)
        for row in rows
        if row.death is None
    ]
    told = Told(_REJECTED, [row.id for row in rows], {"batch": str(batch.id), "reason": reason})
    await move_safe_transactions(unit, program_id, moves, [told], actor=authority.actor, at=now)
    before = {"open": {str(row.id): row.status.value for row in rows}}
    after = {"givenUp": [str(move.row.id) for move in moves]}
    entry = AuditEntry(authority.actor, _REJECTED, str(batch.id), now, before, after, reason)
    await write_audit(unit, entry)
    return BatchResult(batch.id, replayed=False)
