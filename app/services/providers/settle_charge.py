"""What an event does to its intent: on its way, failed, or confirmed with everything that follows from a payment."""

from datetime import datetime

from app.domain.clock import program_time
from app.domain.ids import new_id
from app.domain.intent_failures import IntentFailure
from app.domain.intent_moves import IntentMove
from app.domain.intents.kind import ProgramFacts
from app.domain.money import Money
from app.domain.providers import provider_actor
from app.domain.providers.charges import ChargeStep
from app.domain.providers.progress import NOT_PAID, PAID_LATE
from app.domain.states import IntentStatus
from app.services.findings.settled_items import Settling, worth
from app.services.intents.move_intents import move_intents
from app.services.settlement.confirm_settlements import Proven, confirm_settlements
from app.store.chain.settlements import ProviderProof
from app.store.database import UnitOfWork
from app.store.intents import proven_intents
from app.store.intents.proven_intents import ProvenIntent
from app.store.ledger import posting as ledger
from app.store.providers.events import DueEvent

_FAILURES = {ChargeStep.FAILED: NOT_PAID, ChargeStep.LATE: PAID_LATE}


async def settle_charge(
    unit: UnitOfWork,
    program: ProgramFacts,
    intent: ProvenIntent,
    event: DueEvent,
    paid: Money,
    *,
    at: datetime,
) -> None:
    """Confirms the intent and posts what was paid; the event is stored as SETTLED already. at: real time."""
    known_at = event.received_at if event.asked_again_at is None else event.asked_again_at
    confirmed_at = program_time(known_at, program.clock_offset)
    affiliates = await proven_intents.affiliates_now(unit, program.id, sorted(set(intent.upline)))
    accrual, journal = worth(intent, paid, None, affiliates, confirmed_at)
    [journal_id] = await ledger.post(unit, program.id, [journal], at)
    settling = Settling(new_id(), intent, None, paid, accrual, journal)
    await confirm_settlements(
        unit,
        program.id,
        ProviderProof(event.id, event.provider),
        Proven((settling,), (), affiliates),
        {journal.reference: journal_id},
        actor=provider_actor(event.provider),
        confirmed_at=confirmed_at,
        at=at,
    )


async def move_charge(
    unit: UnitOfWork,
    program_id: int,
    intent: ProvenIntent,
    event: DueEvent,
    step: ChargeStep,
    *,
    at: datetime,
) -> None:
    """The intent is on its way, or has failed; a charge that was only created is PENDING already."""
    if step is ChargeStep.CREATED:
        return
    failure = _FAILURES.get(step)
    moved = _move(intent, event, failure)
    await move_intents(unit, program_id, [moved], provider_actor(event.provider), at)


def _move(intent: ProvenIntent, event: DueEvent, failure: IntentFailure | None) -> IntentMove:
    return IntentMove(
        name="intent.processing" if failure is None else "intent.failed",
        intent_id=intent.id,
        version=intent.version,
        from_status=intent.status,
        to_status=IntentStatus.PROCESSING if failure is None else IntentStatus.FAILED,
        stage=intent.stage,
        reason=f"told by {event.provider}",
        failure=failure,
    )
