"""Refuses GraphQL requests of who was refused a moment ago, before anything of them is read.

So a flood costs less than a tenth of what it would cost to answer. The answers are those of GraphQLOverHttp. What else
reaches the database, exports and providers' events, is counted here for its address.
"""

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from schema.errors import ApiError, RateLimited
from schema.transport.limits.admissions import Admissions
from schema.transport.limits.fields import whole_seconds
from schema.transport.negotiation import MediaType, choose_media_type
from schema.transport.presenting import present_api_error

_PATH = "/graphql"
_COUNTED = ("/exports/", "/webhooks/")


class Gate:
    def __init__(self, app: ASGIApp, admissions: Admissions) -> None:
        self._app = app
        self._admissions = admissions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = await self._refusal(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await self._refuse(scope, send, refusal)

    async def _refusal(self, scope: Scope) -> ApiError | None:
        address = scope["state"]["address"]
        if scope["path"] == _PATH:
            return self._admissions.recent_refusal(address, _header(scope, b"authorization"))
        if scope["path"].startswith(_COUNTED):
            try:
                await self._admissions.admit_address(address)
            except RateLimited as refusal:
                return refusal
        return None

    async def _refuse(self, scope: Scope, send: Send, refusal: ApiError) -> None:
        accepted = _header(scope, b"accept")
        media_type = choose_media_type(accepted and accepted.decode("latin-1"))
        content = {
            "errors": [present_api_error(refusal, scope["state"]["request_id"])],
            "extensions": {"cost": self._admissions.cost_of_nothing(scope["state"]["address"])},
        }
        body = orjson.dumps(content)
        headers = [
            (b"content-type", (media_type or MediaType.JSON).content_type.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        if isinstance(refusal, RateLimited):
            status = 429
            seconds = whole_seconds(refusal.retry_after_seconds)
            headers.append((b"retry-after", str(seconds).encode()))
            headers += [(name.encode(), value.encode()) for name, value in refusal.fields.items()]
        else:
            status = 401
            headers.append((b"www-authenticate", b"Bearer"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _header(scope: Scope, name: bytes) -> bytes | None:
    for key, value in scope["headers"]:
        if key == name:
            found: bytes = value
            return found
    return None
