"""How errors look to clients: a message fit to read, a code, the request id, nothing else.

Only three things ever go out: what our own code raised as ApiError, what graphql-core says about
the client's own document and variables, and "something went wrong" with the request id for all
the rest. The rest is logged with its stack.
"""

from collections.abc import Sequence
from typing import Any

import structlog
from graphql import DocumentNode, GraphQLError
from strawberry.exceptions import StrawberryInputCoercionError

from app.domain.errors import Refusal, Unavailable
from app.redaction import redact
from schema.errors import ApiError, BadUserInput, ErrorCode, ServiceUnavailable
from schema.transport.arguments import refused_argument

_log = structlog.get_logger(__name__)

# Messages repeat names and values of the request: one long name in each of many errors is a flood.
_LONGEST_MESSAGE = 1_000

INTERNAL_MESSAGE = "Something went wrong on our side. Quote the request id when you report it."


def present_api_error(error: ApiError, request_id: str) -> dict[str, Any]:
    return {
        "message": error.message,
        "extensions": {**error.extensions, "requestId": request_id},
    }


def present_request_error(
    error: GraphQLError,
    request_id: str,
    document: DocumentNode | None = None,
) -> dict[str, Any]:
    """Present what is wrong with a document or its variables; the client wrote all of it, perhaps with a key in the
    wrong place, and answers are kept in places where keys are not.
    """
    shown = _located(error, request_id, ErrorCode.BAD_USER_INPUT, redact(error.message))
    argument = refused_argument(error, document)
    if argument is not None:
        shown["extensions"]["argument"] = argument
    return shown


def present_field_error(
    error: GraphQLError,
    request_id: str,
    document: DocumentNode,
) -> dict[str, Any]:
    """Present an error that came up while a field was resolved."""
    cause = as_api_error(root_cause(error))
    if isinstance(cause, ApiError):
        shown = _located(error, request_id, cause.code, cause.message)
        shown["extensions"].update(cause.details)
        return shown
    if isinstance(cause, StrawberryInputCoercionError):
        return present_request_error(error, request_id, document)
    if isinstance(cause, GraphQLError) and cause.nodes:
        # A refused argument. A value that no scalar can print is a bare GraphQLError too, but
        # names no nodes of the document.
        shown = present_request_error(cause, request_id, document)
        return {**shown, "path": error.path}
    _log.error("field_failed", path=error.path, exc_info=cause)
    return _located(error, request_id, ErrorCode.INTERNAL_SERVER_ERROR, INTERNAL_MESSAGE)


def present_field_errors(
    errors: Sequence[GraphQLError],
    request_id: str,
    document: DocumentNode,
    maximum: int,
) -> list[dict[str, Any]]:
    """The first of them, and how many more there are: one cause may fail in each of thousands of rows."""
    shown = [present_field_error(error, request_id, document) for error in errors[:maximum]]
    if len(errors) > maximum:
        code = ErrorCode.INTERNAL_SERVER_ERROR.value
        more = f"{len(errors) - maximum} more errors are not shown."
        shown.append({"message": more, "extensions": {"code": code, "requestId": request_id}})
    return shown


def present_failure(failure: BaseException, request_id: str) -> dict[str, Any]:
    """Present a failure outside any field."""
    failure = as_api_error(failure)
    if isinstance(failure, ApiError):
        return present_api_error(failure, request_id)
    _log.error("request_failed", exc_info=failure)
    code = ErrorCode.INTERNAL_SERVER_ERROR.value
    return {
        "message": INTERNAL_MESSAGE,
        "extensions": {"code": code, "requestId": request_id},
    }


def root_cause(error: BaseException) -> BaseException:
    """Unwrap the GraphQLErrors that graphql-core puts around what was raised."""
    while isinstance(error, GraphQLError) and error.original_error is not None:
        error = error.original_error
    return error


def as_api_error(failure: BaseException) -> BaseException:
    """Give the domain's own words a code; a mutation shows a Refusal as userErrors before this."""
    if isinstance(failure, Refusal):
        return BadUserInput(failure.message, failure.field or ())
    if isinstance(failure, Unavailable):
        return ServiceUnavailable(str(failure), failure.retry_after_seconds)
    return failure


def _located(
    error: GraphQLError,
    request_id: str,
    code: ErrorCode,
    message: str,
) -> dict[str, Any]:
    if len(message) > _LONGEST_MESSAGE:
        message = f"{message[:_LONGEST_MESSAGE]}…"
    shown: dict[str, Any] = {"message": message}
    if error.locations:
        shown["locations"] = [
            {"line": location.line, "column": location.column} for location in error.locations
        ]
    if error.path is not None:
        shown["path"] = error.path
    shown["extensions"] = {"code": code.value, "requestId": request_id}
    return shown
