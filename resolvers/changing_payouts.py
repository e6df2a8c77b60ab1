"""Mutations of payout batches."""

from uuid import UUID

import strawberry
from strawberry import UNSET

from app.domain.errors import Refusal, RefusalCode
from app.domain.permissions import Authority
from app.processes.payouts.approve_batch import ApprovePayoutBatch, approve_payout_batch
from app.processes.payouts.close_batch import ClosePayoutBatch, close_payout_batch
from app.processes.payouts.create_batch import CreatePayoutBatch, create_payout_batch
from app.processes.payouts.parts import BatchResult
from app.processes.payouts.propose_withdrawal import ProposeWithdrawal, propose_withdrawal
from app.services.payouts.reject_batch import RejectPayoutBatch, reject_payout_batch
from app.store.reads import payout_batches as reads
from resolvers.access import Info, authorize, load_one, named_program, own_key, process_of
from resolvers.objects import named_object
from resolvers.payloads import PayoutBatchPayloadRow, answer, commit
from schema.ids import IdPrefix, decode_id
from schema.inputs.given import given
from schema.inputs.money import MoneyInput
from schema.scalars import Address, Hex


async def create(
    info: Info,
    program_id: strawberry.ID,
    currency: str,
    idempotency_key: str,
    replaces: strawberry.ID | None = UNSET,
) -> PayoutBatchPayloadRow:
    """Matures what is due and puts all that can be paid into a batch."""
    authorize(info)

    async def work() -> PayoutBatchPayloadRow:
        authority = await named_program(info, program_id)
        key = authority.program_id
        replaced = given(replaces)
        command = CreatePayoutBatch(
            currency,
            own_key(info, idempotency_key),
            None if replaced is None else _named(replaced, "replaces"),
        )
        await info.context.leave_snapshot()
        parts = process_of(info.context).payouts
        result = await create_payout_batch(parts, authority.actor, command, key)
        return await _payload(info, key, result)

    return await answer(PayoutBatchPayloadRow, work)


async def withdraw(
    info: Info,
    program_id: strawberry.ID,
    amount: MoneyInput,
    destination: Address,
    idempotency_key: str,
    platform_fee: bool = False,
) -> PayoutBatchPayloadRow:
    """A batch of one payout: the program's own money, or the platform's fee."""
    authorize(info)

    async def work() -> PayoutBatchPayloadRow:
        authority = await named_program(info, program_id)
        key = authority.program_id
        command = ProposeWithdrawal(
            amount.text(), destination, own_key(info, idempotency_key), platform_fee
        )
        await info.context.leave_snapshot()
        parts = process_of(info.context).payouts
        result = await propose_withdrawal(parts, authority.actor, command, key)
        return await _payload(info, key, result)

    return await answer(PayoutBatchPayloadRow, work)


async def approve(
    info: Info, id: strawberry.ID, owner: Address, signatures: list[Hex], content_hash: Hex
) -> PayoutBatchPayloadRow:
    """One owner's signatures of what waits for some; at the threshold the batch is APPROVED."""
    authorize(info)

    async def work() -> PayoutBatchPayloadRow:
        authority, id_ = await _batch(info, id)
        command = ApprovePayoutBatch(id_, owner, signatures, content_hash)
        await info.context.leave_snapshot()
        parts = process_of(info.context).payouts
        result = await approve_payout_batch(parts, authority, command)
        return await _payload(info, authority.program_id, result)

    return await answer(PayoutBatchPayloadRow, work)


async def reject(info: Info, id: strawberry.ID, reason: str) -> PayoutBatchPayloadRow:
    """Nothing of the batch is relayed or takes signatures any more."""
    authorize(info)

    async def work() -> PayoutBatchPayloadRow:
        authority, id_ = await _batch(info, id)
        command, now = RejectPayoutBatch(id_, reason), info.context.now()
        result = await commit(
            info,
            authority.program_id,
            lambda unit: reject_payout_batch(unit, authority, command, now),
        )
        return await _payload(info, authority.program_id, result)

    return await answer(PayoutBatchPayloadRow, work)


async def close(
    info: Info, id: strawberry.ID, reason: str, idempotency_key: str
) -> PayoutBatchPayloadRow:
    """A batch that uses a rejected one's nonces up and pays nobody."""
    authorize(info)

    async def work() -> PayoutBatchPayloadRow:
        authority, id_ = await _batch(info, id)
        command = ClosePayoutBatch(id_, reason, own_key(info, idempotency_key))
        await info.context.leave_snapshot()
        parts = process_of(info.context).payouts
        result = await close_payout_batch(parts, authority.actor, command, authority.program_id)
        return await _payload(info, authority.program_id, result)

    return await answer(PayoutBatchPayloadRow, work)


async def _batch(info: Info, text: str) -> tuple[Authority, UUID]:
    return await named_object(info, IdPrefix.PAYOUT_BATCH, text, "batch")


def _named(text: str, *field: str) -> UUID:
    id_ = decode_id(IdPrefix.PAYOUT_BATCH, text)
    if id_ is None:
        raise Refusal(RefusalCode.NOT_FOUND, "There is no such batch.", *field)
    return id_


async def _payload(info: Info, program_key: int, result: BatchResult) -> PayoutBatchPayloadRow:
    await info.context.leave_snapshot()
    row = await load_one(info, reads.by_ids, program_key, result.batch_id)
    return PayoutBatchPayloadRow(row, result.replayed)
