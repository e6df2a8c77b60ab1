"""POST /webhooks/coinbase-commerce/{program}: what a payment provider sends. {program}: its slug or its id.

The bytes are compared with the signature as they came, before anything reads them. Whatever has a good signature is stored
and answered 200, also what cannot be read: sending the same bytes again would not make them better (decision 0148).
"""

import asyncio
import re
from typing import Protocol
from uuid import UUID

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount, Route, Router

from app.domain.errors import Unavailable
from app.domain.providers import COINBASE_COMMERCE
from app.tracing import span
from schema.context import ApiRuntime
from schema.ids import IdPrefix, decode_id
from schema.transport.body import BodyTooLarge, read_body
from schema.transport.http import encode_answer
from schema.transport.settings import TransportSettings

# The longest that the provider sends is a few kilobytes.
_MOST_BYTES = 256 * 1024
_SIGNATURE = "x-cc-webhook-signature"
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,62}", re.ASCII)
_NO_SLUG = ""
_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


class ReceivingRuntime(ApiRuntime, Protocol):
    """What this route needs of the process."""

    async def receive_provider_event(
        self, program: UUID | str, signature: bytes, body: bytes
    ) -> bool: ...


class ProviderWebhooks:
    """The route."""

    def __init__(self, runtime: ReceivingRuntime, settings: TransportSettings) -> None:
        self._runtime = runtime
        self._settings = settings

    def route(self) -> Mount:
        """All of /webhooks, so that what is not there is not looked for among the page's files."""
        path = f"/{COINBASE_COMMERCE}/{{program}}"
        receiving = Route(path, self._receive, methods=["POST"])
        return Mount("/webhooks", Router([receiving], redirect_slashes=False))

    async def _receive(self, request: Request) -> Response:
        try:
            async with asyncio.timeout(self._settings.body_seconds):
                body = await read_body(request, _MOST_BYTES)
            with span(f"receive {COINBASE_COMMERCE}", "SERVER"):
                signed = await self._runtime.receive_provider_event(
                    _program(request.path_params["program"]), _signature(request), body
                )
        except TimeoutError:
            return _refused(408, "BAD_USER_INPUT", "The body took too long to arrive.", close=True)
        except ClientDisconnect:
            return Response(status_code=400)
        except BodyTooLarge:
            message = f"A webhook's body has at most {_MOST_BYTES} bytes."
            return _refused(413, "BAD_USER_INPUT", message, close=True)
        except Unavailable as problem:
            return _refused(503, "SERVICE_UNAVAILABLE", str(problem))
        if not signed:
            # The same for a program that does not exist.
            message = "No secret of this program made the signature in X-CC-Webhook-Signature."
            return _refused(401, "UNAUTHENTICATED", message)
        return _answer(200, {"received": True})


def _program(name: str) -> UUID | str:
    """A name that cannot be one is looked up too, in vain, as any other unknown one."""
    public_id = decode_id(IdPrefix.PROGRAM, name)
    if public_id is not None:
        return public_id
    return name if _SLUG.fullmatch(name) else _NO_SLUG


def _signature(request: Request) -> bytes:
    """Of several headers none counts."""
    given = request.headers.getlist(_SIGNATURE)
    return given[0].encode("latin-1", "replace") if len(given) == 1 else b""


def _refused(status: int, code: str, message: str, *, close: bool = False) -> Response:
    # What is left of the body would be read as the next request.
    headers = {"connection": "close"} if close else {}
    headers |= {"retry-after": "5"} if status == 503 else {}
    headers |= {"www-authenticate": "X-CC-Webhook-Signature"} if status == 401 else {}
    error = {"message": message, "extensions": {"code": code}}
    return _answer(status, {"errors": [error]}, headers)


def _answer(status: int, value: object, headers: dict[str, str] | None = None) -> Response:
    return Response(
        encode_answer(value), status, _HEADERS | (headers or {}), media_type="application/json"
    )
