"""Confirms what is proven, by final Settled logs or a payment provider: settlement, commissions, registration, tries, states, events."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.domain.intent_moves import IntentMove
from app.domain.states import IntentStage, IntentStatus
from app.services.findings.settled_items import Settling, proves, settled_again, settling
from app.services.findings.transaction_findings import SettledItem
from app.services.intents.gas_weights import GAS_WEIGHTS
from app.services.intents.move_intents import move_intents
from app.services.settlement.settlement_events import settlement_events
from app.store.chain import settlements
from app.store.chain.consumption import WatchedProgram
from app.store.chain.settlements import NewSettlement, Proof, ProviderProof, SettlementPlace
from app.store.database import UnitOfWork
from app.store.intents import attempts, proven_intents, registrations
from app.store.intents.attempts import AttemptEnd
from app.store.intents.proven_intents import AffiliateNow, ProvenIntent
from app.store.intents.registrations import Registered


@dataclass(frozen=True, slots=True)
class Proven:
    """What the Settled logs of one transaction, or one event of a provider, prove, and the logs that prove nothing we asked
    for.
    """

    settling: Sequence[Settling]
    not_proven: Sequence[SettledItem]
    affiliates: Mapping[int, AffiliateNow]


async def prepare_settlements(
    unit: UnitOfWork,
    program: WatchedProgram,
    place: SettlementPlace,
    items: Sequence[SettledItem],
    confirmed_at: datetime,
) -> Proven:
    """Locks the intents and decides; nothing is written yet. An intent that is CONFIRMED already stays so; a payment that
    the chain took back, and that was undone here, is settled anew when it is mined again.
    """
    if not items:
        return Proven((), (), {})
    intents = await proven_intents.lock_intents(
        unit, program.id, [item.log.intent_id for item in items]
    )
    affiliates = await proven_intents.affiliates_now(
        unit, program.id, sorted({one for intent in intents.values() for one in intent.upline})
    )
    undone = await _undone(unit, program.id, intents.values())
    fresh: list[Settling] = []
    not_proven: list[SettledItem] = []
    for item in items:
        intent = intents.get(item.log.intent_id)
        if intent is None or not proves(item, intent, program):
            not_proven.append(item)
        elif intent.status is not IntentStatus.CONFIRMED:
            fresh.append(settling(item, intent, place, affiliates, confirmed_at))
        elif (before := undone.pop(intent.id, None)) is not None:
            again = settling(item, intent, place, affiliates, confirmed_at)
            fresh.append(settled_again(again, before))
        elif item.transfer is not None:
            not_proven.append(item)
    return Proven(fresh, not_proven, affiliates)


async def _undone(
    unit: UnitOfWork, program_id: int, intents: Iterable[ProvenIntent]
) -> dict[UUID, int]:
    """A user stays registered whatever the chain takes back, so a registration is settled once."""
    confirmed = [
        one.id
        for one in intents
        if one.status is IntentStatus.CONFIRMED and one.amount is not None and not one.registration
    ]
    return await settlements.times_undone(unit, program_id, confirmed) if confirmed else {}


async def confirm_settlements(
    unit: UnitOfWork,
    program_id: int,
    proof: Proof,
    proven: Proven,
    journal_ids: Mapping[str, int],
    *,
    actor: str,
    confirmed_at: datetime,
    at: datetime,
    waited: timedelta | None = None,
) -> None:
    """Writes all that follows, the ledger being posted. journal_ids: by reference. actor: who found the proof. waited: for
    the block to become final; None: not known, or nothing waits for blocks.
    """
    fresh = proven.settling
    if not fresh:
        return
    shares = await _finish_tries(unit, program_id, proof, fresh, at)
    rows = [_row(one, journal_ids, shares) for one in fresh]
    await settlements.insert_settlements(unit, program_id, proof, rows, confirmed_at)
    accrued = [(one.settlement_id, paid) for one in fresh for paid in one.accrual.commissions]
    if accrued:
        await settlements.insert_commissions(unit, program_id, accrued, actor, at)
    lines = await _register(unit, program_id, fresh, confirmed_at)
    moves = [
        _confirmed(one.intent, proof)
        for one in fresh
        if one.intent.status is not IntentStatus.CONFIRMED
    ]
    await move_intents(unit, program_id, moves, actor, at)
    for one in fresh:
        referrers = lines.get(one.intent.referrer_id, ()) if one.intent.registration else ()
        for event in settlement_events(
            one, proven.affiliates, referrers, confirmed_at, at, waited=waited
        ):
            unit.record(event, program_id)


async def _finish_tries(
    unit: UnitOfWork,
    program_id: int,
    proof: Proof,
    fresh: Sequence[Settling],
    at: datetime,
) -> Mapping[UUID, int | None]:
    if isinstance(proof, ProviderProof) or proof.chain_transaction_id is None:
        return {}
    ends = [AttemptEnd(one.intent.id) for one in fresh]
    return await attempts.finish(
        unit, program_id, proof.chain_transaction_id, ends, GAS_WEIGHTS, at=at
    )


def _row(
    one: Settling, journal_ids: Mapping[str, int], shares: Mapping[UUID, int | None]
) -> NewSettlement:
    return NewSettlement(
        id=one.settlement_id,
        intent_id=one.intent.id,
        log_index=None if one.log is None else one.log.place.log_index,
        amount=one.amount,
        journal_id=None if one.journal is None else journal_ids[one.journal.reference],
        skipped=one.accrual.skipped,
        gas_share_wei=shares.get(one.intent.id),
    )


async def _register(
    unit: UnitOfWork, program_id: int, fresh: Sequence[Settling], confirmed_at: datetime
) -> Mapping[int | None, Sequence[int]]:
    """Fixes referrers; returns, by referrer, the line from it up to the root as the forest is now."""
    users = [
        Registered(one.intent.user_id, one.intent.id, one.intent.referrer_id, one.log.token_id)
        for one in fresh
        if one.intent.registration and one.log is not None
    ]
    if not users:
        return {}
    await registrations.register_users(unit, program_id, users, confirmed_at)
    referrers = sorted({one.referrer_id for one in users if one.referrer_id is not None})
    if not referrers:
        return {}
    return await proven_intents.lines_up(unit, program_id, referrers)


def _confirmed(intent: ProvenIntent, proof: Proof) -> IntentMove:
    place = None if isinstance(proof, ProviderProof) else proof
    reason = (
        f"confirmed by {proof.provider}"
        if isinstance(proof, ProviderProof)
        else f"settled in block {proof.block_number}"
    )
    return IntentMove(
        name="intent.confirmed",
        intent_id=intent.id,
        version=intent.version,
        from_status=intent.status,
        to_status=IntentStatus.CONFIRMED,
        stage=IntentStage.FINAL,
        reason=reason,
        chain_transaction_id=None if place is None else place.chain_transaction_id,
        mined_block=None if place is None else place.block_number,
    )
