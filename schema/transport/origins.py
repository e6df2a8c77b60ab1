"""Which pages may open sockets: browsers say where a page comes from, and let any page connect."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers

from schema.transport.settings import TransportSettings

_SCHEMES = frozenset({"http", "https"})


def may_connect(headers: Headers, settings: TransportSettings) -> bool:
    """Whether the Origin is absent (no browser), this server's own, or one of the settings'.

    RFC 6455, section 10.2. The scheme is not compared with the Host's: TLS ends before this server.
    """
    origins = headers.getlist("origin")
    if not origins:
        return True
    if len(origins) > 1:
        return False
    origin = origins[0].lower()
    if origin in settings.cors_origins or origin == origin_of(settings.public_url):
        return True
    scheme, _, authority = origin.partition("://")
    return bool(authority) and authority == headers.get("host", "").lower() and scheme in _SCHEMES


def origin_of(url: str) -> str | None:
    """Scheme, host and port as a browser writes them."""
    parts = urlsplit(url.lower())
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else None
