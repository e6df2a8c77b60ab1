"""GET /demo/wallets: the private keys of the demo's test wallets, for the page of this machine and for nobody else."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from schema.transport.hosts import host_of

_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_NAMES = _LOOPBACK | {"localhost"}
# What browsers say of a request of this origin's own page, and of an address that a person has typed.
_OWN_SITES = frozenset({"same-origin", "none"})
# A tunnel or a proxy speaks from this machine for others.
_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
_NOT_KEPT = {"cache-control": "no-store"}


def wallets_route(people: Path) -> Route:
    """people: the file that is the answer; it may come to be later than the server."""

    def wallets(request: Request) -> Response:
        if not _is_of_this_machine(request):
            told = "The demo's wallets are for pages of this machine, at http://127.0.0.1."
            return PlainTextResponse(told, 403, _NOT_KEPT)
        if not people.exists():
            told = "The demo is still starting."
            return PlainTextResponse(told, 503, {**_NOT_KEPT, "retry-after": "1"})
        return Response(people.read_bytes(), 200, _NOT_KEPT, "application/json")

    return Route("/demo/wallets", wallets, methods=["GET"])


def _is_of_this_machine(request: Request) -> bool:
    """By its connection, the one name that it was sent to, and the page that a browser says sent it: each by itself keeps away
    one kind of stranger (the network, DNS rebinding, other sites' pages).
    """
    headers = request.headers
    hosts = headers.getlist("host")
    return (
        request.client is not None
        and request.client.host in _LOOPBACK
        and len(hosts) == 1
        and host_of(hosts[0]) in _NAMES
        and headers.get("origin", f"http://{hosts[0]}") == f"http://{hosts[0]}"
        and headers.get("sec-fetch-site", "none") in _OWN_SITES
        and not any(name in headers for name in _FORWARDED)
    )
