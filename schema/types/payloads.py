"""What mutations answer."""

from datetime import datetime

import strawberry

import resolvers.signing_in
from app.domain.errors import RefusalCode as UserErrorCode
from app.domain.warnings import WarningCode
from schema.fields import resolved
from schema.types.adjustments import BalanceAdjustment
from schema.types.affiliates import Affiliate
from schema.types.discrepancies import Discrepancy
from schema.types.intents import Intent
from schema.types.payouts import PayoutBatch
from schema.types.programs import Program, Terms
from schema.types.reconciliation import ReconciliationRun
from schema.types.reversals import Reversal
from schema.types.system import Lane
from schema.types.viewer import ApiKey, Session, Viewer
from schema.types.webhooks import WebhookDelivery, WebhookEndpoint

strawberry.enum(UserErrorCode, name="UserErrorCode")


strawberry.enum(WarningCode, name="WarningCode")


@strawberry.type
class UserError:
    code: UserErrorCode
    message: str
    field: list[str] | None


@strawberry.type
class Warning:  # noqa: A001  the contract's name
    code: WarningCode
    message: str
    field: list[str] | None


@strawberry.type
class ProgramPayload:
    program: Program | None
    user_errors: list[UserError]


@strawberry.type
class TermsPayload:
    program: Program | None
    terms: Terms | None
    replayed: bool
    user_errors: list[UserError]


@strawberry.type
class ApiKeyPayload:
    api_key: ApiKey | None
    user_errors: list[UserError]


@strawberry.type
class ApiKeySecretPayload:
    api_key: ApiKey | None
    secret: str | None = strawberry.field(description="Shown once.")
    replayed: bool
    user_errors: list[UserError]


@strawberry.type
class AffiliatePayload:
    affiliate: Affiliate | None
    user_errors: list[UserError]


@strawberry.type
class IntentPayload:
    intent: Intent | None
    replayed: bool
    warnings: list[Warning]
    user_errors: list[UserError]


@strawberry.type
class ReversalPayload:
    reversal: Reversal | None
    replayed: bool
    user_errors: list[UserError]


@strawberry.type
class PayoutBatchPayload:
    payout_batch: PayoutBatch | None
    replayed: bool
    user_errors: list[UserError]


@strawberry.type
class BalanceAdjustmentPayload:
    adjustment: BalanceAdjustment | None
    replayed: bool
    user_errors: list[UserError]


@strawberry.type
class ReconciliationRunPayload:
    run: ReconciliationRun | None
    replayed: bool
    user_errors: list[UserError]


@strawberry.type
class DiscrepancyPayload:
    discrepancy: Discrepancy | None
    user_errors: list[UserError]


@strawberry.type
class LanePayload:
    lane: Lane | None
    user_errors: list[UserError]


@strawberry.type
class WebhookSecretPayload:
    endpoint: WebhookEndpoint | None
    secret: str | None = strawberry.field(description="Shown once; starts with whsec_.")
    replayed: bool
    user_errors: list[UserError]


@strawberry.type
class WebhookEndpointPayload:
    endpoint: WebhookEndpoint | None
    user_errors: list[UserError]


@strawberry.type
class WebhookDeliveryPayload:
    delivery: WebhookDelivery | None
    replayed: bool
    user_errors: list[UserError]


@strawberry.type
class ExportPayload:
    url: str | None
    expires_at: datetime | None
    user_errors: list[UserError]


@strawberry.type
class LoginChallenge:
    message: str
    nonce: str
    expires_at: datetime


@strawberry.type
class LoginPayload:
    token: str | None
    expires_at: datetime | None
    viewer: Viewer | None = resolved(resolvers.signing_in.logged_in_viewer)
    user_errors: list[UserError]


@strawberry.type
class LogoutPayload:
    logged_out: bool


@strawberry.type
class SessionPayload:
    session: Session | None
    user_errors: list[UserError]
