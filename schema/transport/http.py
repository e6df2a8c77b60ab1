"""POST and GET /graphql as GraphQL over HTTP says.

A request that is not one at all (media type, size, JSON, parameters) is refused the same way for
both answer types; what its document or variables make wrong is `status_of_refusal`'s.
"""

import asyncio
from collections.abc import Mapping
from time import perf_counter
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from app.domain.positions import WritePosition
from app.observability import API_REQUEST_SECONDS
from app.tracing import span
from schema.context import ApiRuntime, OperationContext
from schema.errors import ApiError, BadUserInput, ErrorCode, RateLimited
from schema.transport.body import (
    BodyTooLarge,
    parse_post_body,
    parse_query_string,
    read_body,
)
from schema.transport.credentials import authenticate, credential_of
from schema.transport.engine import Answer, Engine, Operation, RequestRefused
from schema.transport.limits.admissions import Admissions
from schema.transport.limits.fields import whole_seconds
from schema.transport.limits.request import RequestLimits
from schema.transport.negotiation import (
    MediaType,
    choose_media_type,
    is_json_content_type,
    status_of_refusal,
)
from schema.transport.presenting import as_api_error, present_failure
from schema.transport.request import GraphQLRequest
from schema.transport.settings import TransportSettings
from schema.transport.trusted_documents import is_from_browser
from schema.transport.write_positions import position_of_headers


class HttpRefused(Exception):
    """Not a GraphQL request: refused with this status whatever the client accepts."""

    def __init__(
        self,
        status: int,
        error: ApiError,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(error.message)
        self.status = status
        self.error = error
        self.headers = headers


class GraphQLOverHttp:
    """The /graphql endpoint of one API process."""

    def __init__(
        self,
        engine: Engine,
        runtime: ApiRuntime,
        settings: TransportSettings,
        admissions: Admissions,
    ) -> None:
        self._engine = engine
        self._runtime = runtime
        self._settings = settings
        self._admissions = admissions

    async def __call__(self, request: Request) -> Response:
        request_id: str = request.state.request_id
        limits = RequestLimits(self._admissions, request.state.address)
        media_type = choose_media_type(request.headers.get("accept"))
        if media_type is None:
            unacceptable = _http_refused(406, f"This server answers {' or '.join(MediaType)}.")
            return _respond_to_refusal(unacceptable, MediaType.JSON, request_id, limits)
        try:
            response = await self._answer(request, request_id, media_type, limits)
        except HttpRefused as refused:
            limits.note_refusal(refused.error)
            response = _respond_to_refusal(refused, media_type, request_id, limits)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as failure:  # noqa: BLE001  whatever it was, the client gets a coded error
            response = _respond_to_failure(failure, media_type, request_id, limits)
        for name, value in limits.fields.items():
            response.headers[name] = value
        return response

    async def _answer(
        self, request: Request, request_id: str, media_type: MediaType, limits: RequestLimits
    ) -> Response:
        started = perf_counter()
        limits.check()
        position = _position_of(request)
        header = credential_of(request.headers)
        authority = await limits.look_up(
            header, lambda: authenticate(self._runtime.authenticator, header)
        )
        parameters = await self._read(request)
        by_browser = is_from_browser(request.headers, authority.actor if authority else None)
        try:
            operation = self._engine.prepare(
                parameters,
                request_id,
                from_browser=by_browser,
                cost_limit=limits.cost_limit,
                admit_document=limits.admit_document,
            )
            _check_method(request, operation)
            await limits.admit(operation)
            context = OperationContext(
                self._runtime,
                authority,
                request_id,
                limits.extensions,
                request.headers.get("user-agent"),
                position,
                position_is_all=position is not None,
            )
            parent = request.headers.get("traceparent")
            with span(f"graphql {operation.root_field}", "SERVER", parents=[parent]):
                answer = await self._engine.execute(operation, context)
        except RequestRefused as refused:
            limits.note_refusal(refused)
            code = refused.cause.code if refused.cause else None
            answer = {**refused.answer, "extensions": limits.extensions}
            return _respond(answer, media_type, status_of_refusal(media_type, code))
        API_REQUEST_SECONDS.labels(operation.root_field).observe(perf_counter() - started)
        return _respond(answer, media_type, 200)

    async def _read(self, request: Request) -> GraphQLRequest:
        if request.method == "HEAD":
            # Comes with GET, and would have its body executed unseen.
            raise _http_refused(405, "HEAD asks nothing here.", {"allow": "GET, POST"})
        try:
            if request.method == "GET":
                return parse_query_string(request.scope["query_string"])
            _check_headers(request)
            async with asyncio.timeout(self._settings.body_seconds):
                body = await read_body(request, self._settings.maximum_body_bytes)
            return parse_post_body(body)
        except TimeoutError:
            # Closed, or the rest of the body would be read as the next request.
            message = "The body took too long to arrive."
            raise _http_refused(408, message, {"connection": "close"}) from None
        except BodyTooLarge:
            limit = self._settings.maximum_body_bytes
            raise _http_refused(413, f"A request body has at most {limit} bytes.") from None
        except BadUserInput as error:
            raise HttpRefused(400, error) from None


def _position_of(request: Request) -> WritePosition | None:
    try:
        return position_of_headers(request.headers)
    except BadUserInput as error:
        raise HttpRefused(400, error) from None


def _check_headers(request: Request) -> None:
    if not is_json_content_type(request.headers.get("content-type")):
        raise _http_refused(415, "Send Content-Type: application/json in UTF-8.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise _http_refused(415, "Send the body without Content-Encoding.")


def _check_method(request: Request, operation: Operation) -> None:
    if operation.is_subscription:
        raise _http_refused(400, "Subscriptions are served over graphql-transport-ws.")
    if request.method == "GET" and not operation.is_query:
        raise _http_refused(405, "GET is for queries only.", {"allow": "POST"})


def _http_refused(
    status: int,
    message: str,
    headers: Mapping[str, str] | None = None,
) -> HttpRefused:
    return HttpRefused(status, BadUserInput(message), headers)


def _respond_to_refusal(
    refused: HttpRefused,
    media_type: MediaType,
    request_id: str,
    limits: RequestLimits,
) -> Response:
    errors = [present_failure(refused.error, request_id)]
    shown = {"errors": errors, "extensions": limits.extensions}
    return _respond(shown, media_type, refused.status, refused.headers)


def _respond_to_failure(
    failure: Exception, media_type: MediaType, request_id: str, limits: RequestLimits
) -> Response:
    known = as_api_error(failure)
    if isinstance(known, RateLimited):
        limits.fields = known.fields
    code = known.code if isinstance(known, ApiError) else ErrorCode.INTERNAL_SERVER_ERROR
    headers: dict[str, str] = {}
    if code is ErrorCode.UNAUTHENTICATED:
        headers["www-authenticate"] = "Bearer"
    retry_after = known.details.get("retryAfterSeconds") if isinstance(known, ApiError) else None
    if isinstance(retry_after, (int, float)):
        headers["retry-after"] = str(whole_seconds(retry_after))
    errors = [present_failure(failure, request_id)]
    shown = {"errors": errors, "extensions": limits.extensions}
    return _respond(shown, media_type, status_of_refusal(media_type, code), headers)


def _respond(
    answer: Answer,
    media_type: MediaType,
    status: int,
    headers: Mapping[str, str] | None = None,
) -> Response:
    return Response(
        encode_answer(answer),
        status,
        {"content-type": media_type.content_type, "cache-control": "no-store", **(headers or {})},
    )


def encode_answer(answer: Any) -> bytes:
    return orjson.dumps(answer)
