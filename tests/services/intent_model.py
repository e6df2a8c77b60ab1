"""What a small model knows of intents."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.domain.authorization_window import SignedAuthorization
from app.domain.errors import Refusal

STATES = """
SELECT i.idempotency_key AS key, i.id, s.status, s.version, s.failure_code, i.wallet,
       u.registration_intent_id = i.id AS holds_place, t.intent_id IS NOT NULL AS queued,
       (SELECT count(*) FROM intent_transition x WHERE x.intent_id = i.id) AS transitions,
       (SELECT count(*) FROM intent_authorization x WHERE x.intent_id = i.id) AS signatures
  FROM intent i JOIN intent_state s ON s.intent_id = i.id JOIN program_user u ON u.id = i.user_id
  LEFT JOIN intent_todo t ON t.intent_id = i.id
"""


@dataclass
class Expected:
    """What the model knows of one intent."""

    id: UUID
    meaning: tuple[int, str | None]
    signatures: list[SignedAuthorization]
    status: str = "PENDING"
    version: int = 1
    code: str | None = None
    retryable: bool = False
    claimed: Any = None

    @property
    def active(self) -> bool:
        return self.status in ("PENDING", "PROCESSING")


@dataclass
class Tally:
    """How often something happened at all: a test that only meets refusals tests nothing."""

    asked: int = 0
    accepted: int = 0
    revived: int = 0
    seen: set[str] = field(default_factory=set)


def code_of(outcome: Any) -> str:
    """A refusal's code, or the outcome as text; raises what else went wrong."""
    if isinstance(outcome, Refusal):
        return outcome.code.value
    if isinstance(outcome, BaseException):
        raise outcome
    return str(outcome)
