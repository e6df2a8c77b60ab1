"""Puts all that is due in a currency into a batch: read, plan, try each recipient on the chain, store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from app.domain.batch_changes import batch_changes
from app.domain.clock import program_time
from app.domain.errors import Refusal, RefusalCode, Unavailable
from app.domain.ids import new_id
from app.domain.money import MAXIMUM_UNITS, Currency
from app.domain.payees import Payee, PayeeState, PayoutRules
from app.domain.payout_planning import Due, LeftOut, Plan, plan_payouts
from app.domain.payouts import BatchKind, BlockerCode
from app.processes.payouts.mature import mature_due
from app.processes.payouts.parts import BatchResult, Payouts
from app.processes.payouts.paying_chain import PayingChain, read_paying_chain
from app.processes.payouts.propose import earlier_batch, propose
from app.services.payouts.batch_proposals import Asked, Planned, Proposal
from app.services.payouts.batch_situation import (
    Situation,
    read_situation,
    refuse_beside_live_batch,
    refuse_old_reading,
    replaced_batch,
)
from app.store.database import ReadSession
from app.store.payouts.due_lines import due_lines, payee_states
from app.store.payouts.earlier_payouts import earlier_payouts
from app.store.payouts.new_batches import Exclusion
from app.store.payouts.treasuries import treasury_address
from app.store.programs import ProgramRow, read_currencies, read_program
from app.store.terms import terms_in_force

_ROUNDS = 5
_MOST_UNITS = 2**256 - 1
_OPERATION = "createPayoutBatch"


@dataclass(frozen=True, slots=True)
class CreatePayoutBatch:
    """replaces: the live batch whose unpaid lines this one takes over; None: no batch is live."""

    currency: str
    idempotency_key: str
    replaces: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """One snapshot of what a plan is made from."""

    program: ProgramRow
    treasury: str
    currency: Currency
    situation: Situation
    rules: PayoutRules
    due: Sequence[Due]
    states: Mapping[Payee, PayeeState]


async def create_payout_batch(
    parts: Payouts, actor: str, command: CreatePayoutBatch, program_id: int
) -> BatchResult:
    """A new batch of what is due by now, or the one that the same key made before.

    Refuses NOT_FOUND, INVALID_INPUT, INVALID_STATE, IDEMPOTENCY_CONFLICT, UNSUPPORTED_CURRENCY, EARLIER_BATCH_OPEN,
    NOTHING_PAYABLE, AMOUNT_OUT_OF_RANGE and CHAIN_UNAVAILABLE. Raises Unavailable: send it again.
    """
    replaces = None if command.replaces is None else str(command.replaces)
    meaning = {"currency": command.currency, "replaces": replaces}
    asked = Asked(actor, command.idempotency_key, _OPERATION, meaning)
    earlier = await earlier_batch(parts, program_id, asked)
    if earlier is not None:
        return earlier
    await mature_due(parts.database, parts.bells, program_id, actor, parts.clock)
    return await propose(parts, program_id, asked, partial(_plan, parts, program_id, command))


async def _plan(parts: Payouts, program_id: int, command: CreatePayoutBatch) -> Proposal:
    async with parts.database.read(program_id) as session:
        known = await _read(session, program_id, command, parts.clock())
    chain = await read_paying_chain(parts, known.program.chain_id, known.treasury)
    refuse_old_reading(known.situation, chain.safe)
    plan, refused, block_number = await _tried(chain, known)
    async with parts.database.read(program_id) as session:
        earlier = await earlier_payouts(session, program_id, known.currency.code, plan.payouts)
    listed = frozenset(line.id for due in known.due if due.nonce is not None for line in due.lines)
    payouts = plan.payouts
    content = Planned(
        drafts=[chain.draft(planned, known.currency) for planned in plan.transactions],
        states={payout.payee: known.states[payout.payee] for payout in payouts},
        new_lines=frozenset(line.id for payout in payouts for line in payout.lines) - listed,
        excluded=_excluded(plan.left_out, refused),
        changes=batch_changes(payouts, earlier, known.currency),
        simulated_block=block_number,
    )
    return Proposal(
        id=new_id(),
        kind=BatchKind.PAYOUTS,
        currency=known.currency.code,
        replaces=command.replaces,
        content=content,
        situation=known.situation,
        safe=chain.safe,
        read_at=chain.read_at,
    )


async def _read(
    session: ReadSession, program_id: int, command: CreatePayoutBatch, now: datetime
) -> _Known:
    program = await read_program(session, program_id)
    if program is None:
        raise Refusal(RefusalCode.NOT_FOUND, "There is no such program.", "programId")
    currency = (await read_currencies(session, program_id)).get(command.currency)
    if currency is None:
        raise Refusal(
            RefusalCode.UNSUPPORTED_CURRENCY, "The program does not use this currency.", "currency"
        )
    situation = await read_situation(session, program_id)
    await _check_replacement(session, program_id, situation, command)
    at = program_time(now, program.clock_offset)
    treasury = await treasury_address(session, program_id)
    rules = PayoutRules(treasury, await _minimum(session, program_id, currency.code, at), at)
    due = await due_lines(session, program_id, currency.code)
    states = await payee_states(session, program_id, {one.payee for one in due})
    return _Known(program, treasury, currency, situation, rules, due, states)


async def _check_replacement(
    session: ReadSession, program_id: int, situation: Situation, command: CreatePayoutBatch
) -> None:
    if command.replaces is None:
        refuse_beside_live_batch(situation)
        return
    live = await replaced_batch(session, program_id, situation, command.replaces, "replaces")
    if live.currency != command.currency:
        raise Refusal(
            RefusalCode.INVALID_STATE,
            f"The batch that it replaces is in {live.currency}: its lines would have no place.",
            "currency",
        )


async def _minimum(session: ReadSession, program_id: int, currency: str, at: datetime) -> int:
    terms = await terms_in_force(session, program_id, at)
    least = None if terms is None else terms.minimum_payout
    return 0 if least is None or least.currency != currency else least.units


async def _tried(chain: PayingChain, known: _Known) -> tuple[Plan, dict[Payee, str], int]:
    """A plan that nobody in it would refuse, whom the token refused and why, and the block that this is true of."""
    refused: dict[Payee, str] = {}
    nonces = known.situation.nonces(chain.safe.nonce)
    for _ in range(_ROUNDS):
        plan = plan_payouts(known.due, known.states, known.rules, nonces, refused)
        payouts = plan.payouts
        _check_amounts(plan)
        result = await chain.simulate(known.currency, payouts)
        if not result.refused:
            return plan, refused, result.block_number
        refused |= {payouts[place].payee: why for place, why in result.refused.items()}
    raise Unavailable("The token's answers keep changing.")


def _check_amounts(plan: Plan) -> None:
    amounts = [payout.amount for payout in plan.payouts]
    if not amounts:
        raise Refusal(
            RefusalCode.NOTHING_PAYABLE,
            "Nothing can be paid now: the affiliates' blockers say why.",
            "currency",
        )
    if max(amounts) > _MOST_UNITS or sum(amounts) > MAXIMUM_UNITS:
        raise Refusal(RefusalCode.AMOUNT_OUT_OF_RANGE, "No token holds this much.", "currency")


def _excluded(left_out: Sequence[LeftOut], refused: Mapping[Payee, str]) -> list[Exclusion]:
    """Those whom the token, or the treasury itself, refuses although something is owed to them."""
    return [
        Exclusion(
            one.state.payee,
            one.state.destination,
            one.owed,
            refused.get(one.state.payee, "The treasury does not pay itself."),
        )
        for one in left_out
        if one.obstacle.code is BlockerCode.RECIPIENT_REFUSED and one.owed > 0
    ]
