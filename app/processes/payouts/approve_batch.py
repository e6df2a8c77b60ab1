"""An owner approves a batch: who owns the Safe is read from the chain now, each signature checked, then all is stored."""

import asyncio
from collections.abc import Callable, Sequence
from uuid import UUID

from app.chain.node_errors import ChainError
from app.chain.owner_consent import ConsentQuestion, signed_by_code, signed_by_key
from app.chain.safe import NotASafe, UnsupportedSafeVersion, read_safe
from app.chain.safe_hash import SafeTransaction, safe_tx_preimage
from app.domain.errors import Refusal, RefusalCode
from app.domain.permissions import Authority
from app.domain.treasury import SafeReading
from app.processes.payouts.parts import BatchResult, Payouts
from app.processes.watching.parts import nothing_happens
from app.services.execute import confirm, execute
from app.services.payouts.approvable_batch import ApprovePayoutBatch, is_repeated, waiting_rows
from app.services.payouts.approve_batch import (
    CheckedApproval,
    approve_batch,
    refuse_owner,
)
from app.store.database import UnitOfWork
from app.store.payouts import safe_rows
from app.store.payouts.batches_to_approve import (
    BatchToApprove,
    SignableCall,
    batch_to_approve,
    signable_calls,
)
from app.store.payouts.owner_signatures import StoredSignature, signatures_of
from app.store.payouts.safe_rows import SafeRow
from app.store.programs import ProgramRow, read_program

__all__ = ["ApprovePayoutBatch", "approve_payout_batch"]

_PATIENCE_SECONDS = 5.0
# Longer than any owner's we know; a relay has to carry it.
_LONGEST_SIGNATURE = 4096


async def approve_payout_batch(
    parts: Payouts,
    authority: Authority,
    command: ApprovePayoutBatch,
    *,
    at_point: Callable[[str], None] = nothing_happens,
) -> BatchResult:
    """The batch, with one owner's signatures more; at the threshold it is APPROVED and its money held.

    The same signatures of the same owner again change nothing. Refuses NOT_FOUND, INVALID_STATE, STALE_BATCH,
    WRONG_SIGNATURE_COUNT, NOT_AN_OWNER, SELF_APPROVAL, STALE_SAFE_NONCE, INVALID_SIGNATURE (with the place of the
    signature), UNSUPPORTED_SAFE_VERSION and CHAIN_UNAVAILABLE.

    at_point: called at each step that a crash may follow; tests end the process there.
    """
    program_id = authority.program_id
    async with parts.database.read(program_id) as session:
        program = await read_program(session, program_id)
        batch = await batch_to_approve(session, program_id, command.batch_id)
        if program is None or batch is None:
            raise Refusal(RefusalCode.NOT_FOUND, "There is no such batch.", "id")
        rows = await safe_rows.of_batch(session, program_id, batch.id)
        ids = [row.id for row in rows]
        given = await signatures_of(session, program_id, ids)
        calls = await signable_calls(session, program_id, ids)
    if is_repeated(rows, given, command):
        await confirm(parts.database, parts.bells, program_id)
        return BatchResult(batch.id, replayed=True)
    checked = await _check(parts, program, batch, rows, calls=calls, command=command)
    at_point("approve.checked")

    async def store(unit: UnitOfWork) -> bool:
        news = await approve_batch(unit, authority, checked, parts.clock())
        at_point("approve.storing")
        return news

    news = await execute(parts.database, parts.bells, program_id, store)
    at_point("approve.stored")
    return BatchResult(batch.id, replayed=not news)


async def _check(
    parts: Payouts,
    program: ProgramRow,
    batch: BatchToApprove,
    rows: Sequence[SafeRow],
    *,
    calls: dict[UUID, SignableCall],
    command: ApprovePayoutBatch,
) -> CheckedApproval:
    waiting = waiting_rows(batch, rows, command)
    read_at = parts.clock()
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            safe = await _read_safe(parts, batch)
            refuse_owner(program, batch, waiting, safe, command.owner)
            asked = [
                ConsentQuestion(_preimage(batch, calls[row.id]), signature)
                for row, signature in zip(waiting, command.signatures, strict=True)
            ]
            signatures = await _judged(parts, batch, command.owner, asked)
    except (ChainError, TimeoutError):
        raise Refusal(
            RefusalCode.CHAIN_UNAVAILABLE, "The chain does not answer; try again.", "id"
        ) from None
    signed = [(row.id, one) for row, one in zip(waiting, signatures, strict=True)]
    return CheckedApproval(command, signed, safe, read_at)


async def _read_safe(parts: Payouts, batch: BatchToApprove) -> SafeReading:
    try:
        return await read_safe(parts.chains[batch.chain_id], batch.safe)
    except (NotASafe, UnsupportedSafeVersion) as problem:
        raise Refusal(
            RefusalCode.UNSUPPORTED_SAFE_VERSION,
            f"The treasury does not answer as a Safe of version 1.3.0 or 1.4.1: {problem}",
            "id",
        ) from None


def _preimage(batch: BatchToApprove, call: SignableCall) -> bytes:
    transaction = SafeTransaction(call.to_address, 0, call.data, call.operation, call.safe_nonce)
    return safe_tx_preimage(batch.safe, batch.chain_id, call.safe_version, transaction)


async def _judged(
    parts: Payouts, batch: BatchToApprove, owner: str, asked: Sequence[ConsentQuestion]
) -> list[StoredSignature]:
    """Refuses INVALID_SIGNATURE. The owner's code is asked only about what its key did not sign."""
    by_key = [signed_by_key(one, owner) for one in asked]
    foreign = [place for place, fits in enumerate(by_key) if not fits]
    for place in foreign:
        if not 0 < len(asked[place].signature) <= _LONGEST_SIGNATURE:
            raise _invalid(place)
    if foreign:
        chain = parts.chains[batch.chain_id]
        questions = [asked[place] for place in foreign]
        verdicts = await signed_by_code(chain, batch.safe, owner, questions)
        for place, consents in zip(foreign, verdicts, strict=True):
            if not consents:
                raise _invalid(place)
    return [
        StoredSignature(owner, one.signature, contract=not fits)
        for one, fits in zip(asked, by_key, strict=True)
    ]


def _invalid(place: int) -> Refusal:
    return Refusal(
        RefusalCode.INVALID_SIGNATURE,
        "This is not the owner's signature of the Safe transaction at this place: see typedData.",
        "signatures",
        str(place),
    )
