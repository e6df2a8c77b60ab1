"""Ends a rejected batch without paying: owners sign a call of nothing at each nonce that is open."""

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from app.domain.errors import Refusal, RefusalCode
from app.domain.ids import new_id
from app.domain.payout_planning import closing_plan
from app.domain.payouts import BatchKind
from app.domain.texts import check_reason
from app.processes.payouts.parts import BatchResult, Payouts
from app.processes.payouts.paying_chain import read_paying_chain
from app.processes.payouts.propose import earlier_batch, propose
from app.services.payouts.batch_proposals import Asked, Planned, Proposal
from app.services.payouts.batch_situation import read_situation, refuse_old_reading, replaced_batch
from app.store.payouts.treasuries import treasury_address
from app.store.programs import read_currencies, read_program

_OPERATION = "closePayoutBatch"


@dataclass(frozen=True, slots=True)
class ClosePayoutBatch:
    """batch_id: the live batch, rejected before."""

    batch_id: UUID
    reason: str
    idempotency_key: str


async def close_payout_batch(
    parts: Payouts, actor: str, command: ClosePayoutBatch, program_id: int
) -> BatchResult:
    """A batch that replaces the rejected one and pays nobody, or the one that the same key made before.

    Refuses INVALID_INPUT, IDEMPOTENCY_CONFLICT, NOT_FOUND, INVALID_STATE, STALE_SAFE_NONCE and CHAIN_UNAVAILABLE.
    Raises Unavailable: send it again.
    """
    reason = check_reason(command.reason)
    meaning = {"batch": str(command.batch_id), "reason": reason}
    asked = Asked(actor, command.idempotency_key, _OPERATION, meaning, reason)
    earlier = await earlier_batch(parts, program_id, asked)
    if earlier is not None:
        return earlier
    return await propose(parts, program_id, asked, partial(_plan, parts, program_id, command))


async def _plan(parts: Payouts, program_id: int, command: ClosePayoutBatch) -> Proposal:
    async with parts.database.read(program_id) as session:
        program = await read_program(session, program_id)
        if program is None:
            raise Refusal(RefusalCode.NOT_FOUND, "There is no such batch.", "id")
        situation = await read_situation(session, program_id)
        closed = await replaced_batch(session, program_id, situation, command.batch_id, "id")
        currency = (await read_currencies(session, program_id))[closed.currency]
        treasury = await treasury_address(session, program_id)
    if closed.rejected_at is None:
        raise Refusal(RefusalCode.INVALID_STATE, "Only a rejected batch is closed.", "id")
    chain = await read_paying_chain(parts, program.chain_id, treasury)
    refuse_old_reading(situation, chain.safe)
    plan = closing_plan(situation.nonces(chain.safe.nonce))
    if not plan.transactions:
        raise Refusal(
            RefusalCode.STALE_SAFE_NONCE,
            "The Safe has used all nonces of this batch: their outcome is final soon.",
            "id",
        )
    drafts = [chain.draft(planned, currency) for planned in plan.transactions]
    return Proposal(
        id=new_id(),
        kind=BatchKind.CLOSING,
        currency=currency.code,
        replaces=closed.id,
        content=Planned(drafts=drafts),
        situation=situation,
        safe=chain.safe,
        read_at=chain.read_at,
    )
