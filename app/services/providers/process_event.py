"""Processes one stored event of a provider, in one transaction; safe to repeat."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.chain.address import InvalidAddressError, parse_address
from app.domain.intents.kind import ProgramFacts
from app.domain.money import Money
from app.domain.providers.charges import (
    Attribution,
    Charge,
    ChargeStep,
    ProviderEvent,
    Unattributable,
    attribution_of,
    paid_in,
)
from app.domain.providers.coinbase_commerce import parse_event
from app.domain.providers.progress import is_news
from app.domain.states import IntentStatus
from app.domain.strict_json import MalformedDocument
from app.services.providers.accept_charge import ChargeToAccept, accept_charge, unprovable_id
from app.services.providers.report_payment import report_malformed, report_more, report_unattributed
from app.services.providers.settle_charge import move_charge, settle_charge
from app.store.database import ReadSession, UnitOfWork
from app.store.intents import proven_intents
from app.store.intents.proven_intents import ProvenIntent
from app.store.intents.situations import read_program_facts
from app.store.providers import events as provider_events
from app.store.providers.events import DueEvent, Outcome, Processed, finish_event
from app.store.rules_lock import share_rules

ProgramIds = Callable[[str], UUID | None]
"""From a program's id as clients write it; None for what is none."""

_PAYS = frozenset({ChargeStep.LATE, ChargeStep.PAID})


async def process_event(
    unit: UnitOfWork, program_id: int, event_id: UUID, ids: ProgramIds, now: datetime
) -> bool:
    """False when the event is done already, not due, or another worker has it. unit: of that program. now: real time.

    Nothing is refused: what cannot be credited is kept and reported. What it stands on stays as it is meanwhile.
    """
    await share_rules(unit, program_id)
    event = await provider_events.take_event(unit, program_id, event_id, now)
    if event is None:
        return False
    program = await read_program_facts(ReadSession(unit.connection, program_id), program_id, now)
    assert program is not None
    try:
        told = parse_event(event.body)
    except MalformedDocument as problem:
        await finish_event(unit, event, Processed(Outcome.MALFORMED), now)
        await report_malformed(unit, event, problem, now)
        return True
    if told.step is None or told.charge is None:
        await finish_event(unit, event, Processed(Outcome.IGNORED, told), now)
        return True
    try:
        await _process_charge(unit, program, event, told, told.charge, ids=ids, now=now)
    except Unattributable as problem:
        await finish_event(unit, event, Processed(Outcome.UNATTRIBUTED, told), now)
        await report_unattributed(unit, event, told, problem, now)
    return True


async def _process_charge(
    unit: UnitOfWork,
    program: ProgramFacts,
    event: DueEvent,
    told: ProviderEvent,
    charge: Charge,
    *,
    ids: ProgramIds,
    now: datetime,
) -> None:
    """Raises Unattributable, nothing written."""
    earlier = await provider_events.lock_charge(unit, event, charge.key)
    attribution = _of_program(attribution_of(charge), program, ids)
    asked = ChargeToAccept(event.provider, charge.key, attribution, earlier)
    paid = _paid(told.step, charge, program)
    await accept_charge(unit, program, asked, now)
    proof_id = unprovable_id(program.public_id, attribution.idempotency_key)
    intents = await proven_intents.lock_intents(unit, program.id, [proof_id])
    await _apply(unit, program, intents[proof_id], event, told, paid=paid, now=now)


async def _apply(
    unit: UnitOfWork,
    program: ProgramFacts,
    intent: ProvenIntent,
    event: DueEvent,
    told: ProviderEvent,
    *,
    paid: Money | None,
    now: datetime,
) -> None:
    step = told.step
    assert step is not None
    if step is ChargeStep.LATE and event.asked_again_at is not None:
        step = ChargeStep.PAID
    done = Processed(Outcome.STALE, told, intent.id, paid)
    if intent.status is IntentStatus.CONFIRMED:
        await finish_event(unit, event, done, now)
        if paid is not None:
            await report_more(unit, event, told, paid, now)
    elif not is_news(step, intent.status, intent.failure_code):
        outcome = Outcome.APPLIED if step is ChargeStep.CREATED else Outcome.STALE
        await finish_event(unit, event, replace(done, outcome=outcome), now)
    elif step is ChargeStep.PAID and paid is not None:
        await finish_event(unit, event, replace(done, outcome=Outcome.SETTLED), now)
        await settle_charge(unit, program, intent, event, paid, at=now)
    else:
        await finish_event(unit, event, replace(done, outcome=Outcome.APPLIED), now)
        await move_charge(unit, program.id, intent, event, step, at=now)


def _paid(step: ChargeStep | None, charge: Charge, program: ProgramFacts) -> Money | None:
    """What the event says was paid; None when it speaks of no payment. Raises Unattributable."""
    if step not in _PAYS:
        return None
    return paid_in(charge.payments, next(iter(program.currencies.values())))


def _of_program(told: Attribution, program: ProgramFacts, ids: ProgramIds) -> Attribution:
    """With the wallet checksummed. Raises Unattributable for another program's charge and for what is no wallet."""
    if ids(told.program) != program.public_id:
        raise Unattributable(
            "its metadata names another program: it has to be this one's id, prg_…"
        )
    try:
        return replace(told, wallet=parse_address(told.wallet))
    except InvalidAddressError as problem:
        raise Unattributable(f"its wallet is none: {problem}") from None
