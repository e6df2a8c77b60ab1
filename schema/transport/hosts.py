"""Requests for another name than this deployment's are refused: a page that made its own name point here (DNS
rebinding) reaches nothing, and no Host header ends up in an address that we write.
"""

import re
from ipaddress import ip_address

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from schema.errors import BadUserInput
from schema.transport.http import encode_answer
from schema.transport.presenting import present_api_error

# RFC 9112, section 3.2: the name or address, and a port that load balancers may have changed.
_HOST = re.compile(r"(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<name>[0-9a-z._-]+?)\.?)(?::\d{0,5})?")
# Probes and scrapers go by address; a browser that was led here sends the name it was led by.
_PROBED = frozenset({"/healthz", "/readyz", "/metrics"})
_UNKNOWN = (
    "This server does not answer for that host. Its names are those of SGE_PUBLIC_URL and "
    "SGE_ALLOWED_HOSTS."
)


class HostCheck:
    """Serves requests with exactly one Host, one of `accepted` (names in lower case; empty: any)."""

    def __init__(self, app: ASGIApp, accepted: frozenset[str]) -> None:
        self._app = app
        self._accepted = accepted
        self._plain = frozenset(
            name.encode() for name in accepted
        )  # as nearly all clients write it

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._is_ours(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close"})  # before it is accepted: 403
        else:
            request_id = scope.get("state", {}).get("request_id", "")
            shown = {"errors": [present_api_error(BadUserInput(_UNKNOWN), request_id)]}
            refusal = Response(encode_answer(shown), 421, media_type="application/json")
            await refusal(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        probed = scope["path"] in _PROBED
        if not hosts:
            return probed or not self._accepted  # HTTP/1.0, as some load balancers probe
        if len(hosts) == 1 and hosts[0] in self._plain:
            return True
        name = host_of(hosts[0].decode("latin-1")) if len(hosts) == 1 else None
        if name is None:
            return False
        return not self._accepted or name in self._accepted or (probed and _is_address(name))


def host_of(header: str) -> str | None:
    """Give a Host header's name or address in lower case, without port; None when it has neither."""
    found = _HOST.fullmatch(header.lower())
    return (found["v6"] or found["name"]) if found else None


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
