"""What mutations answer: the object, or why it was refused."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from app.domain.errors import Refusal, Unavailable
from app.store.database import UnitOfWork
from app.store.database_errors import DatabaseError, passes
from resolvers.access import Info, process_of
from schema.errors import ServiceUnavailable

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class UserErrorRow:
    code: str
    message: str
    field: list[str] | None


@dataclass(frozen=True, slots=True)
class WarningRow:
    code: str
    message: str
    field: list[str] | None


@dataclass(frozen=True, slots=True)
class ProgramPayloadRow:
    program: Any = None
    user_errors: list[UserErrorRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TermsPayloadRow:
    program: Any = None
    terms: Any = None
    replayed: bool = False
    user_errors: list[UserErrorRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ApiKeyPayloadRow:
    api_key: Any = None
    user_errors: list[UserErrorRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ApiKeySecretPayloadRow:
    api_key: Any = None
    secret: str | None = field(default=None, repr=False)
    replayed: bool = False
    user_errors: list[UserErrorRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AffiliatePayloadRow:
    affiliate: Any = None
    user_errors: list[UserErrorRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class IntentPayloadRow:
    intent: Any = None
    replayed: bool = False
    warnings: list[WarningRow] = field(default_factory=list)
    user_errors: list[UserErrorRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReversalPayloadRow:
    reversal: Any = None
    replayed: bool = False
    user_errors: list[UserErrorRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PayoutBatchPayloadRow:
    payout_batch: Any = None
    replayed: bool = False
    user_errors: list[UserErrorRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BalanceAdjustmentPayloadRow:
    adjustment: Any = None
    replayed: bool = False
    user_errors: list[UserErrorRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LanePayloadRow:
    lane: Any = None
    user_errors: list[UserErrorRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class WebhookSecretPayloadRow:
    endpoint: Any = None
    secret: str | None = field(default=None, repr=False)
    replayed: bool = False
    user_errors: list[UserErrorRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class WebhookEndpointPayloadRow:
    endpoint: Any = None
    user_errors: list[UserErrorRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class WebhookDeliveryPayloadRow:
    delivery: Any = None
    replayed: bool = False
    user_errors: list[UserErrorRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ExportPayloadRow:
    url: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    user_errors: list[UserErrorRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LoginPayloadRow:
    token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    user_errors: list[UserErrorRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LogoutPayloadRow:
    logged_out: bool


@dataclass(frozen=True, slots=True)
class SessionPayloadRow:
    session: Any = None
    user_errors: list[UserErrorRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReconciliationRunPayloadRow:
    run: Any = None
    replayed: bool = False
    user_errors: list[UserErrorRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DiscrepancyPayloadRow:
    discrepancy: Any = None
    user_errors: list[UserErrorRow] = field(default_factory=list)


Payload = TypeVar(
    "Payload",
    ProgramPayloadRow,
    TermsPayloadRow,
    ApiKeyPayloadRow,
    ApiKeySecretPayloadRow,
    AffiliatePayloadRow,
    IntentPayloadRow,
    ReversalPayloadRow,
    PayoutBatchPayloadRow,
    BalanceAdjustmentPayloadRow,
    LanePayloadRow,
    WebhookSecretPayloadRow,
    WebhookEndpointPayloadRow,
    WebhookDeliveryPayloadRow,
    ExportPayloadRow,
    LoginPayloadRow,
    SessionPayloadRow,
    DiscrepancyPayloadRow,
    ReconciliationRunPayloadRow,
)


async def answer(payload: type[Payload], work: Callable[[], Awaitable[Payload]]) -> Payload:
    """Runs the work of a mutation; a refusal becomes the payload's userErrors. Raises ServiceUnavailable for what may well
    succeed the next time, such as having waited for others' locks for too long.
    """
    try:
        return await work()
    except Refusal as refusal:
        error = UserErrorRow(
            refusal.code.value,
            refusal.message,
            list(refusal.field) if refusal.field else None,
        )
        return payload(user_errors=[error])
    except Unavailable as problem:
        raise ServiceUnavailable(str(problem), problem.retry_after_seconds) from problem
    except DatabaseError as problem:
        if passes(problem):
            raise ServiceUnavailable("Others are changing the same at this moment.", 1) from problem
        raise


async def commit(
    info: Info, program_key: int | None, use_case: Callable[[UnitOfWork], Awaitable[Result]]
) -> Result:
    """Runs a use case as one transaction of the program; reads after it see what it wrote."""
    await info.context.leave_snapshot()
    result = await process_of(info.context).execute(program_key, use_case)
    await info.context.leave_snapshot()
    return result
