"""What browsers are told to refuse on our behalf, in every answer.

https://owasp.org/www-project-secure-headers/ ; each of these is a second wall, none the only one.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_TWO_YEARS_SECONDS = 63_072_000
_ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": (
        "accelerometer=(), camera=(), display-capture=(), fullscreen=(), geolocation=(), "
        "gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
    ),
}
_NEVER_A_PAGE = "default-src 'none'; frame-ancestors 'none'"

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page holds a credential: it runs and reaches nothing but its own origin."""

GRAPHIQL_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
"""Its editor writes styles into the document and offers no nonce for them (docs/decisions/0132); scripts stay strict."""


def security_headers(*, https: bool) -> dict[str, str]:
    """Headers of every answer that does not set one itself. https: browsers are told to stay with it."""
    transport = (
        {"strict-transport-security": f"max-age={_TWO_YEARS_SECONDS}"}
        if https
        else dict[str, str]()
    )
    return {**_ALWAYS, "content-security-policy": _NEVER_A_PAGE, **transport}


class SecurityHeaders:
    """Adds them to what the application answers."""

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self._app = app
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]
        self._names = frozenset(name for name, _ in self._headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", ()))
                names = {name for name, _ in own}
                missing = self._headers
                if not self._names.isdisjoint(names):
                    missing = [pair for pair in missing if pair[0] not in names]
                message["headers"] = own + missing
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
