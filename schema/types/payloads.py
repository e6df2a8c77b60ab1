"""What mutations answer."""

import strawberry

from app.domain.errors import RefusalCode as UserErrorCode
from schema.types.affiliates import Affiliate
from schema.types.programs import Program, Terms
from schema.types.viewer import ApiKey

strawberry.enum(UserErrorCode, name="UserErrorCode")


@strawberry.type
class UserError:
    code: UserErrorCode
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
