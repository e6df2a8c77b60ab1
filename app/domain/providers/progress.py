"""How far a charge is: events come in any order, and one that is behind what is known already changes nothing."""

from app.domain.intent_failures import IntentFailure, IntentFailureCode
from app.domain.providers.charges import ChargeStep
from app.domain.states import IntentStatus

NOT_PAID = IntentFailure(
    IntentFailureCode.REJECTED,
    "The payment provider says that the charge was not paid; a new one needs a new key.",
    retryable=False,
)
PAID_LATE = IntentFailure(
    IntentFailureCode.PAID_LATE,
    "It was paid after the charge had expired. A retry credits what was paid.",
    retryable=True,
)

_RANKS = {step: rank for rank, step in enumerate(ChargeStep)}


def is_news(step: ChargeStep, status: IntentStatus, failure_code: str | None) -> bool:
    """Whether the event says more than the intent's state does; the order of ChargeStep is how much each says."""
    return _RANKS[step] > _RANKS[_said_already(status, failure_code)]


def _said_already(status: IntentStatus, failure_code: str | None) -> ChargeStep:
    if status is IntentStatus.FAILED:
        late = failure_code == IntentFailureCode.PAID_LATE
        return ChargeStep.LATE if late else ChargeStep.FAILED
    return {
        IntentStatus.PENDING: ChargeStep.CREATED,
        IntentStatus.PROCESSING: ChargeStep.PENDING,
        IntentStatus.CONFIRMED: ChargeStep.PAID,
    }[status]
