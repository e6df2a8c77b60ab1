"""A change of an intent's state: one value that becomes its row, its transition and its event."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.events import EventType, NewEvent
from app.domain.intent_failures import IntentFailure
from app.domain.states import IntentStage, IntentStatus


@dataclass(frozen=True, slots=True)
class IntentMove:
    """From one state to another; what is left out is emptied. A move ends a lease.

    name: of the event, such as "intent.mined". version: before the move, which makes it one higher.
    chain_transaction_id: what carries it afterwards. rerouted: it settles among contract wallets from now on.
    """

    name: str
    intent_id: UUID
    version: int
    from_status: IntentStatus
    to_status: IntentStatus
    stage: IntentStage
    reason: str | None = None
    failure: IntentFailure | None = None
    chain_transaction_id: UUID | None = None
    mined_block: int | None = None
    rerouted: bool = False

    @property
    def completes(self) -> bool:
        return self.to_status in (IntentStatus.CONFIRMED, IntentStatus.FAILED)

    @property
    def decides(self) -> bool:
        """Whether it ends the intent (anew, when it failed for another reason) or takes it back, rather than being a step."""
        return self.failure is not None or self.from_status is not self.to_status

    def event(self, at: datetime) -> NewEvent:
        """data: from, status, stage; block while MINED; code and retryable when it failed; reason if any."""
        data: dict[str, Any] = {
            "v": 1,
            "from": self.from_status.value,
            "status": self.to_status.value,
            "stage": self.stage.value,
        }
        if self.mined_block is not None:
            data["block"] = self.mined_block
        if self.failure is not None:
            data |= {"code": self.failure.code.value, "retryable": self.failure.retryable}
        if self.reason is not None:
            data["reason"] = self.reason
        return NewEvent(
            EventType.INTENT, self.name, str(self.intent_id), self.version + 1, at, data
        )
