"""Before anything is signed: claims intents, asks the gateway about each, and sorts out what it would refuse."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from app.chain.gas import MAX_ITEMS
from app.chain.gateway import decode_reasons
from app.chain.node_errors import ChainError
from app.chain.refusals import refusal_of
from app.chain.revert_reason import gateway_problem
from app.chain.settlement_reason import SettlementReason
from app.domain.claims import ClaimedIntent
from app.domain.intent_failures import MOST_TRIES, TRIES_EXHAUSTED, IntentFailure
from app.processes.handing_back import hand_back
from app.processes.settlement.pack import (
    CONTRACT_WALLETS_TOGETHER,
    Batch,
    Payload,
    pack,
    payload_of,
)
from app.processes.settlement.settling import EXPIRY_MARGIN, INTENT_LEASE, Settling
from app.services.execute import execute
from app.services.intents.fail_unsigned import fail_unsigned
from app.store.database import UnitOfWork
from app.store.intents.claims import Claim, claim
from app.store.intents.unsigned import GivenBack, Refused, give_back, held_by

_LOG = structlog.get_logger()
_ASK_AGAIN_AFTER = timedelta(seconds=10)
_PASSING_AFTER = timedelta(seconds=30)


@dataclass
class Plan:
    """What became of claimed intents: batches to sign, and those that leave before."""

    batches: list[Payload] = field(default_factory=list)
    back: list[GivenBack] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not (self.batches or self.back or self.refused)


async def make_plan(settling: Settling, relayer: str, transactions: int) -> Plan:
    """Claims enough for that many transactions and simulates them as the relayer; what is refused is stored so."""
    claimed = await _claim(settling, transactions)
    try:
        return await _plan(settling, relayer, claimed)
    except asyncio.CancelledError:
        await put_back(settling, claimed, "its worker was told to end")
        raise


async def _plan(settling: Settling, relayer: str, claimed: Sequence[ClaimedIntent]) -> Plan:
    settling.at_point("claimed")
    plan = Plan()
    fresh = []
    for one in claimed:
        if one.tries >= MOST_TRIES:
            plan.refused.append(_refused(one, TRIES_EXHAUSTED))
        else:
            fresh.append(one)
    for batch in pack(fresh):
        await _simulate(settling, relayer, batch, plan)
    settling.at_point("simulated")
    await _store(settling, plan, claimed)
    return plan


async def put_back(
    settling: Settling, items: Iterable[ClaimedIntent], reason: str, after: timedelta = timedelta()
) -> None:
    """These are not signed after all: PENDING again, when the database is back. after: nobody claims them sooner."""
    now = settling.clock()
    back = [_given_back(one, now + after, reason) for one in items]
    if back:
        await hand_back(
            settling.database,
            settling.bells,
            lambda unit: give_back(unit, back, settling.actor, now),
        )


async def put_back_all(settling: Settling, reason: str, after: timedelta = timedelta()) -> None:
    """Whatever this holder has claimed and not signed is PENDING again, when the database is back: also what it does not
    know of, since the database went away before it said so. after: nobody claims it sooner.
    """

    async def put_back_held(unit: UnitOfWork) -> None:
        now = settling.clock()
        held = await held_by(unit, settling.holder, now + after, reason)
        await give_back(unit, held, settling.actor, now)

    await hand_back(settling.database, settling.bells, put_back_held)


async def _claim(settling: Settling, transactions: int) -> list[ClaimedIntent]:
    claimed: list[ClaimedIntent] = []
    for rerouted, limit in ((False, transactions * MAX_ITEMS), (True, CONTRACT_WALLETS_TOGETHER)):
        asked = _asked(settling, rerouted=rerouted, limit=limit)
        claimed += await execute(
            settling.database, settling.bells, None, partial(claim, asked=asked)
        )
    return claimed


def _asked(settling: Settling, *, rerouted: bool, limit: int) -> Claim:
    now = settling.clock()
    return Claim(
        chain_id=settling.chain.chain_id,
        rerouted=rerouted,
        limit=limit,
        holder=settling.holder,
        actor=settling.actor,
        now=now,
        until=now + INTENT_LEASE,
        settles_after=now + EXPIRY_MARGIN,
    )


async def _simulate(settling: Settling, relayer: str, batch: Batch, plan: Plan) -> None:
    now = settling.clock()
    payload = payload_of(batch)
    try:
        reasons = await _reasons(settling, relayer, payload)
    except ChainError as problem:
        # The whole call failed (a paused gateway, no relayer of it, no node): no item is to blame.
        _LOG.warning(
            "simulation failed", chain=settling.chain.chain_id, reason=gateway_problem(problem)
        )
        plan.back += [
            _given_back(one, now + _ASK_AGAIN_AFTER, "it could not be simulated") for one in batch
        ]
        return
    accepted = []
    for one, reason in zip(batch, reasons, strict=True):
        if reason is SettlementReason.NONE:
            accepted.append(one)
        else:
            _sort_out(one, reason, now, plan)
    if accepted:
        plan.batches.append(payload if len(accepted) == len(batch) else payload_of(accepted))


async def _reasons(
    settling: Settling, relayer: str, payload: Payload
) -> Sequence[SettlementReason]:
    returned = await settling.chain.call(
        settling.gateway, payload.data, sender=relayer, gas=payload.gas_limit
    )
    return decode_reasons(returned)


def _sort_out(one: ClaimedIntent, reason: SettlementReason, now: datetime, plan: Plan) -> None:
    failure = refusal_of(reason)
    if failure is not None:
        plan.refused.append(_refused(one, failure))
    elif reason is SettlementReason.CONTRACT_WALLET:
        plan.back.append(_given_back(one, now, "its wallet has code", rerouted=True))
    elif reason is SettlementReason.AUTHORIZATION_NOT_YET_VALID:
        due = max(now, datetime.fromtimestamp(one.valid_after + 1, UTC)) + timedelta(seconds=1)
        plan.back.append(_given_back(one, due, "its authorisation is not valid yet"))
    else:
        plan.back.append(_given_back(one, now + _PASSING_AFTER, reason.name.lower()))


async def _store(settling: Settling, plan: Plan, claimed: Sequence[ClaimedIntent]) -> None:
    now = settling.clock()
    public_ids = {one.intent_id: str(one.program_public_id) for one in claimed}
    for refused in plan.refused:
        _LOG.info(
            "intent refused before it was signed",
            intent=str(refused.intent_id),
            program=public_ids[refused.intent_id],
            code=refused.failure.code,
        )
    if plan.refused:
        await execute(
            settling.database,
            settling.bells,
            None,
            lambda unit: fail_unsigned(unit, plan.refused, settling.actor, now),
        )
    if plan.back:
        await execute(
            settling.database,
            settling.bells,
            None,
            lambda unit: give_back(unit, plan.back, settling.actor, now),
        )


def _given_back(
    one: ClaimedIntent, due_at: datetime, reason: str, *, rerouted: bool = False
) -> GivenBack:
    return GivenBack(one.program_id, one.intent_id, one.version, due_at, reason, rerouted)


def _refused(one: ClaimedIntent, failure: IntentFailure) -> Refused:
    return Refused(one.program_id, one.intent_id, one.version, failure)
