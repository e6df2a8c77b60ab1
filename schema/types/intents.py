"""Intents: what somebody asked for."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import strawberry

import resolvers.chain_transactions
import resolvers.intents
import resolvers.programs
import resolvers.settlements
import resolvers.stuck
import resolvers.users
from app.domain.states import IntentStage, IntentStatus
from app.store.reads.intents import IntentRow
from schema.fields import resolved
from schema.ids import IdPrefix
from schema.inputs.intents import IntentKind
from schema.scalars import Address
from schema.types.money import Money
from schema.types.node import Node, public_id, shown_rows

if TYPE_CHECKING:
    from schema.types.chain_transactions import ChainTransaction
    from schema.types.programs import Program
    from schema.types.settlements import Settlement
    from schema.types.system import Lane
    from schema.types.users import User

strawberry.enum(
    IntentStage,
    name="IntentStage",
    description="Where a PENDING or PROCESSING intent is; MINED may go back after a reorganisation, "
    "only FINAL is safe to act on.",
)


@strawberry.enum
class IntentFailureCode(StrEnum):
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"
    AUTHORIZATION_USED = "AUTHORIZATION_USED"
    AUTHORIZATION_EXPIRED = "AUTHORIZATION_EXPIRED"
    INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS"
    INVALID_SIGNATURE = "INVALID_SIGNATURE"
    IDENTITY_EXISTS = "IDENTITY_EXISTS"
    TRIES_EXHAUSTED = "TRIES_EXHAUSTED"
    PAID_LATE = "PAID_LATE"
    UNKNOWN = "UNKNOWN"


@strawberry.type
class IntentFailure:
    code: IntentFailureCode
    message: str
    retryable: bool


@strawberry.type(description="What it waits for, in words, and what happens next.")
class StuckDiagnosis:
    since: datetime
    waiting_for: str
    next_step: str
    next_attempt_at: datetime | None
    lane: Annotated["Lane", strawberry.lazy("schema.types.system")] | None = resolved(
        resolvers.stuck.lane
    )


@strawberry.type
class IntentTransition:
    from_: IntentStatus | None = strawberry.field(name="from")
    to: IntentStatus
    stage: IntentStage
    at: datetime
    actor: str
    reason: str | None


@strawberry.type
class IntentAttempt:
    number: int
    started_at: datetime
    finished_at: datetime | None
    transaction: (
        Annotated["ChainTransaction", strawberry.lazy("schema.types.chain_transactions")] | None
    ) = resolved(resolvers.chain_transactions.of_row)
    failure: IntentFailure | None


@strawberry.type
@shown_rows(IntentRow)
class Intent(Node):
    id: strawberry.ID = public_id(IdPrefix.INTENT)
    program: Annotated["Program", strawberry.lazy("schema.types.programs")] = resolved(
        resolvers.programs.of_row
    )
    kind: IntentKind
    status: IntentStatus
    stage: IntentStage
    confirmations: int | None = strawberry.field(
        description="Of the chain's finality rule, while MINED."
    )
    required_confirmations: int | None
    version: int = strawberry.field(
        description="Rises by one with every change of this intent; subscribers drop what is not newer."
    )
    idempotency_key: str
    wallet: Address | None
    user: Annotated["User", strawberry.lazy("schema.types.users")] | None = resolved(
        resolvers.users.of_intent
    )
    amount: Money | None
    referral_code: str | None
    terms_version: int
    timeline: list[IntentTransition] = resolved(
        resolvers.intents.timeline,
        description="Every change with its cause, oldest first: the audit trail.",
    )
    attempts: list[IntentAttempt] = resolved(
        resolvers.intents.attempts, description="Every try at the chain, oldest first."
    )
    settlement: Annotated["Settlement", strawberry.lazy("schema.types.settlements")] | None = (
        resolved(resolvers.settlements.of_intent)
    )
    failure: IntentFailure | None
    stuck: StuckDiagnosis | None = resolved(resolvers.stuck.of_intent)
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
