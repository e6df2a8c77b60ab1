"""Whether a batch still takes an owner's signatures: asked before the chain is, and again under the treasury's lock."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.errors import Refusal, RefusalCode
from app.store.payouts.batches_to_approve import BatchToApprove
from app.store.payouts.owner_signatures import StoredSignature
from app.store.payouts.safe_rows import SafeRow


@dataclass(frozen=True, slots=True)
class ApprovePayoutBatch:
    """owner: checksummed. signatures: one for each Safe transaction that waits for some, in the batch's order.

    content_hash: of the batch, as the owner saw it.
    """

    batch_id: UUID
    owner: str
    signatures: Sequence[bytes]
    content_hash: bytes


def waiting_rows(
    batch: BatchToApprove, rows: Sequence[SafeRow], command: ApprovePayoutBatch
) -> list[SafeRow]:
    """Those that wait for signatures, in the batch's order.

    Refuses STALE_BATCH (another content, or replaced), INVALID_STATE (rejected, or nothing waits any more) and
    WRONG_SIGNATURE_COUNT.
    """
    if batch.rejected:
        raise Refusal(RefusalCode.INVALID_STATE, "The batch was rejected.", "id")
    if batch.replaced:
        raise Refusal(RefusalCode.STALE_BATCH, "Another batch has replaced this one.", "id")
    if batch.content_hash != command.content_hash:
        raise Refusal(
            RefusalCode.STALE_BATCH, "The batch's content hash is another one.", "contentHash"
        )
    waiting = [row for row in rows if row.waits_for_signatures]
    if not waiting:
        raise Refusal(
            RefusalCode.INVALID_STATE, "Nothing of this batch waits for signatures.", "id"
        )
    if len(waiting) != len(command.signatures):
        raise Refusal(
            RefusalCode.WRONG_SIGNATURE_COUNT,
            f"{len(waiting)} Safe transactions wait for a signature, not {len(command.signatures)}.",
            "signatures",
        )
    return waiting


def is_repeated(
    rows: Sequence[SafeRow],
    given: Mapping[UUID, Sequence[StoredSignature]],
    command: ApprovePayoutBatch,
) -> bool:
    """Whether the owner gave these very signatures before and owes no other. given: everybody's, by Safe transaction."""
    own = {
        row.id: one.signature for row in rows for one in given[row.id] if one.owner == command.owner
    }
    if not command.signatures or any(
        row.waits_for_signatures and row.id not in own for row in rows
    ):
        return False
    stored = iter(own[row.id] for row in rows if row.id in own)
    return all(_follows(stored, signature) for signature in command.signatures)


def _follows(stored: Iterator[bytes], signature: bytes) -> bool:
    return any(one == signature for one in stored)
