"""An owner's approval: signatures that were checked are stored, and what has enough of them is APPROVED."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.clock import program_time
from app.domain.errors import Refusal, RefusalCode
from app.domain.permissions import Authority
from app.domain.states import ProgramStatus
from app.domain.treasury import SafeReading
from app.services.audit import AuditEntry, write_audit
from app.services.payouts.approvable_batch import ApprovePayoutBatch, is_repeated, waiting_rows
from app.services.payouts.heed_owners import heed_owners
from app.services.payouts.move_safe_transactions import Told, move_safe_transactions
from app.services.payouts.note_treasury import note_treasury
from app.store.database import UnitOfWork
from app.store.payouts import safe_rows
from app.store.payouts.batches_to_approve import BatchToApprove, batch_to_approve
from app.store.payouts.owner_signatures import StoredSignature, add_signatures, signatures_of
from app.store.payouts.safe_rows import SafeRow
from app.store.payouts.treasuries import lock_treasury
from app.store.programs import ProgramRow, share_program


@dataclass(frozen=True, slots=True)
class CheckedApproval:
    """signed: by Safe transaction, in the order in which they waited. safe: the treasury as read at read_at."""

    command: ApprovePayoutBatch
    signed: Sequence[tuple[UUID, StoredSignature]]
    safe: SafeReading
    read_at: datetime


async def approve_batch(
    unit: UnitOfWork, authority: Authority, approval: CheckedApproval, now: datetime
) -> bool:
    """False when the very same was stored meanwhile, by the same request sent twice.

    Refuses what waiting_rows and refuse_owner refuse: what waits becomes less, never other, once it is stored.
    """
    program_id, command = authority.program_id, approval.command
    program = await share_program(unit, program_id)
    treasury = await lock_treasury(unit, program_id)
    safe = await note_treasury(
        unit, program_id, treasury, approval.safe, approval.read_at, actor=authority.actor
    )
    batch = await batch_to_approve(unit, program_id, command.batch_id)
    assert program is not None
    assert batch is not None
    rows = await safe_rows.lock_open(unit, program_id)
    listed = await safe_rows.of_batch(unit, program_id, command.batch_id)
    given = await signatures_of(unit, program_id, [row.id for row in listed])
    if is_repeated(listed, given, command):
        return False
    waiting = waiting_rows(batch, listed, command)
    refuse_owner(program, batch, waiting, safe, command.owner)
    assert [row.id for row in waiting] == [one for one, _ in approval.signed]
    await add_signatures(unit, program_id, approval.signed, authority.actor, now)
    told = Told("payout_batch.signed", [row.id for row in waiting], {"owner": command.owner})
    await move_safe_transactions(unit, program_id, (), [told], actor=authority.actor, at=now)
    approved = await heed_owners(
        unit,
        program_id,
        rows,
        safe,
        program_now=program_time(now, program.clock_offset),
        actor=authority.actor,
        at=now,
        role="api",
    )
    await _audit(unit, authority, command, signed=waiting, approved=approved, now=now)
    return True


def refuse_owner(
    program: ProgramRow,
    batch: BatchToApprove,
    waiting: Sequence[SafeRow],
    safe: SafeReading,
    owner: str,
) -> None:
    """Refuses INVALID_STATE (an archived program), NOT_AN_OWNER, SELF_APPROVAL, STALE_SAFE_NONCE."""
    if program.status is ProgramStatus.ARCHIVED:
        raise Refusal(RefusalCode.INVALID_STATE, "The program is archived.", "id")
    if owner not in safe.owners:
        raise Refusal(
            RefusalCode.NOT_AN_OWNER, "This address is no owner of the treasury's Safe.", "owner"
        )
    if f"wallet:{owner}" in batch.made_by and not program.allow_self_approval:
        raise Refusal(
            RefusalCode.SELF_APPROVAL, "Who made a batch does not approve it here.", "owner"
        )
    used = [row.nonce for row in waiting if row.nonce < safe.nonce]
    if used:
        raise Refusal(
            RefusalCode.STALE_SAFE_NONCE,
            f"The Safe has used nonce {used[0]} already; its next one is {safe.nonce}.",
            "id",
        )


async def _audit(
    unit: UnitOfWork,
    authority: Authority,
    command: ApprovePayoutBatch,
    *,
    signed: Sequence[SafeRow],
    approved: Sequence[SafeRow],
    now: datetime,
) -> None:
    after = {
        "owner": command.owner,
        "signed": [str(row.id) for row in signed],
        "approved": [str(row.id) for row in approved],
    }
    entry = AuditEntry(
        authority.actor, "payout_batch.signed", str(command.batch_id), now, after=after
    )
    await write_audit(unit, entry)
