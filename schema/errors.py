"""Top-level errors: coded, with nothing in them that a client must not see.

Domain refusals are data (`userErrors`). Everything else ends in one of the codes below; what
nobody foresaw becomes INTERNAL_SERVER_ERROR with the request id, and the log has the rest.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

ONLY_ITSELF = "A wallet does this for itself only."
"""Said to wallets that name another one."""


class ErrorCode(StrEnum):
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    RATE_LIMITED = "RATE_LIMITED"
    QUERY_TOO_COMPLEX = "QUERY_TOO_COMPLEX"
    CURSOR_EXPIRED = "CURSOR_EXPIRED"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"


class ApiError(Exception):
    """An error that a client may read: its message and its `details` go out as they are."""

    code: ErrorCode

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    @property
    def extensions(self) -> dict[str, object]:
        return {"code": self.code.value, **self.details}


class Unauthenticated(ApiError):
    code = ErrorCode.UNAUTHENTICATED

    def __init__(
        self,
        message: str = "Send an API key or a session's token: Authorization: Bearer sge_… or sgs_…",
    ) -> None:
        super().__init__(message)


class Forbidden(ApiError):
    code = ErrorCode.FORBIDDEN

    def __init__(self, message: str = "This credential may not do that.") -> None:
        super().__init__(message)


class BadUserInput(ApiError):
    """`argument` is the path of the refused value, outermost argument first."""

    code = ErrorCode.BAD_USER_INPUT

    def __init__(self, message: str, argument: Sequence[str | int] = (), **details: object) -> None:
        super().__init__(message, argument=[str(step) for step in argument], **details)


class RateLimited(ApiError):
    """fields: what HTTP's RateLimit fields say about it."""

    code = ErrorCode.RATE_LIMITED

    def __init__(
        self, message: str, retry_after_seconds: float, fields: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message, retryAfterSeconds=retry_after_seconds)
        self.retry_after_seconds = retry_after_seconds
        self.fields = fields or {}


class QueryTooComplex(ApiError):
    code = ErrorCode.QUERY_TOO_COMPLEX


class QueryTooCostly(QueryTooComplex):
    """`cost` and `limit` are in fields of the answer; other documents are refused before they have a cost."""

    def __init__(self, cost: int, limit: int) -> None:
        super().__init__(
            "The answer could have too many fields: ask for smaller pages, or for less of each row.",
            limit=limit,
            requested=cost,
        )
        self.cost = cost


class CursorExpired(ApiError):
    code = ErrorCode.CURSOR_EXPIRED

    def __init__(
        self,
        message: str = "Events at this cursor are no longer kept: list again, then subscribe.",
    ) -> None:
        super().__init__(message, argument=["after"])


class ServiceUnavailable(ApiError):
    code = ErrorCode.SERVICE_UNAVAILABLE

    def __init__(self, message: str, retry_after_seconds: float) -> None:
        super().__init__(message, retryAfterSeconds=retry_after_seconds)
