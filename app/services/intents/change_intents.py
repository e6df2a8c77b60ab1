"""What people do to intents that exist: another signature, another try, an end."""

from datetime import datetime
from uuid import UUID

from app.domain.authorization_window import LEAST_REMAINING_SECONDS
from app.domain.errors import Refusal, RefusalCode
from app.domain.intent_failures import IntentFailure, IntentFailureCode
from app.domain.intent_moves import IntentMove
from app.domain.intents.registration import already_registered
from app.domain.permissions import Authority
from app.domain.providers import PROCESS_EVENTS
from app.domain.states import IntentStage, IntentStatus
from app.domain.texts import check_reason
from app.services.audit import AuditEntry, write_audit
from app.services.intents.move_intents import move_intents, requeue_intents
from app.store.database import UnitOfWork
from app.store.intents import by_hand as store
from app.store.intents.intake import AcceptedSignature
from app.store.providers.events import ask_again

_CANCELLED = IntentFailure(
    IntentFailureCode.CANCELLED, "It was cancelled before it was signed.", retryable=False
)


async def retry_intent(
    unit: UnitOfWork, authority: Authority, intent_id: UUID, reason: str, now: datetime
) -> None:
    """A FAILED intent waits to be settled again; any other stays as it is. What was paid late to a provider is credited.

    Refuses NOT_FOUND, NOT_RETRYABLE (also once its signature is about to expire) and ALREADY_EXISTS, when the wallet has
    registered otherwise.
    """
    check_reason(reason)
    intent = await _locked(unit, intent_id)
    if intent.status is not IntentStatus.FAILED:
        return
    ends = intent.valid_before
    if not intent.failure_retryable or (
        ends is not None and ends <= now.timestamp() + LEAST_REMAINING_SECONDS
    ):
        raise Refusal(
            RefusalCode.NOT_RETRYABLE,
            "This failure is final, or the signature has expired: sign again with the same key.",
            "id",
        )
    await _revive(unit, authority, intent, reason, now)
    await _tell(unit, authority, intent, "intent.retried", now, reason=reason)


async def reauthorise_intent(
    unit: UnitOfWork,
    authority: Authority,
    intent_id: UUID,
    signature: AcceptedSignature,
    now: datetime,
) -> bool:
    """A FAILED retryable intent goes on with a new signature; False when it is none any more. Refuses ALREADY_EXISTS."""
    intent = await _locked(unit, intent_id)
    if intent.status is not IntentStatus.FAILED or not intent.failure_retryable:
        return False
    await store.add_signature(unit, intent, signature, authority.actor, now)
    await _revive(unit, authority, intent, "signed again", now)
    await _tell(unit, authority, intent, "intent.reauthorised", now)
    return True


async def cancel_intent(
    unit: UnitOfWork, authority: Authority, intent_id: UUID, reason: str, now: datetime
) -> None:
    """A PENDING intent ends for ever; a cancelled one stays so. Refuses NOT_FOUND, INVALID_STATE."""
    check_reason(reason)
    intent = await _locked(unit, intent_id)
    if intent.failure_code == IntentFailureCode.CANCELLED:
        return
    if intent.status is not IntentStatus.PENDING:
        raise Refusal(RefusalCode.INVALID_STATE, _why_not_cancelled(intent), "id")
    move = IntentMove(
        name="intent.failed",
        intent_id=intent.id,
        version=intent.version,
        from_status=intent.status,
        to_status=IntentStatus.FAILED,
        stage=intent.stage,
        reason=reason,
        failure=_CANCELLED,
    )
    assert unit.program_id is not None
    await move_intents(unit, unit.program_id, [move], authority.actor, now)
    await store.free_registration(unit, intent.id)
    await _tell(unit, authority, intent, "intent.cancelled", now, reason=reason)


def _why_not_cancelled(intent: store.LockedIntent) -> str:
    if intent.status is not IntentStatus.PROCESSING:
        return "Only an intent that is PENDING can be cancelled."
    if intent.stage is IntentStage.QUEUED:
        return "Only an intent that is PENDING can be cancelled: this one is being prepared; try again in a minute."
    return (
        "Only an intent that is PENDING can be cancelled: this one is signed, and its payment may be in flight. Wait until"
        " it is CONFIRMED (then reverseSettlement gives the money back), or PENDING or FAILED again."
    )


async def _locked(unit: UnitOfWork, intent_id: UUID) -> store.LockedIntent:
    intent = await store.lock_intent(unit, intent_id)
    if intent is None:
        raise Refusal(RefusalCode.NOT_FOUND, "There is no such intent.", "id")
    return intent


async def _revive(
    unit: UnitOfWork,
    authority: Authority,
    intent: store.LockedIntent,
    reason: str,
    now: datetime,
) -> None:
    if intent.registers_wallet and not await store.claim_registration(unit, intent.id):
        raise already_registered()
    await store.forgive_tries(unit, intent.id)
    move = IntentMove(
        name="intent.requeued",
        intent_id=intent.id,
        version=intent.version,
        from_status=intent.status,
        to_status=IntentStatus.PENDING,
        stage=IntentStage.QUEUED,
        reason=reason,
    )
    assert unit.program_id is not None
    await move_intents(unit, unit.program_id, [move], authority.actor, now)
    if intent.by_provider:
        await ask_again(unit, intent.id, now)
        unit.wake(PROCESS_EVENTS)
    else:
        await requeue_intents(unit, unit.program_id, [(intent.id, now)])


async def _tell(
    unit: UnitOfWork,
    authority: Authority,
    intent: store.LockedIntent,
    action: str,
    now: datetime,
    *,
    reason: str | None = None,
) -> None:
    before = {"status": intent.status.value, "failure": intent.failure_code}
    after = {"status": IntentStatus.PENDING.value, "failure": None}
    if action == "intent.cancelled":
        after = {"status": IntentStatus.FAILED.value, "failure": _CANCELLED.code.value}
    await write_audit(
        unit,
        AuditEntry(authority.actor, action, str(intent.id), now, before, after, reason),
    )
