"""Media types of GraphQL over HTTP and the status codes that each of them demands.

https://graphql.github.io/graphql-over-http/draft/ sections 4 to 6.
"""

from enum import StrEnum
from functools import lru_cache

from schema.errors import ErrorCode


class MediaType(StrEnum):
    GRAPHQL_RESPONSE = "application/graphql-response+json"
    JSON = "application/json"

    @property
    def content_type(self) -> str:
        return f"{self.value}; charset=utf-8"


# Clients send the same few headers again and again; each may have all bytes of a head.
_HEADERS_REMEMBERED = 256

_RANGES: dict[str, tuple[MediaType, int]] = {
    # A wildcard gives application/json: what clients that never chose have always received.
    MediaType.GRAPHQL_RESPONSE.value: (MediaType.GRAPHQL_RESPONSE, 3),
    MediaType.JSON.value: (MediaType.JSON, 3),
    "application/*": (MediaType.JSON, 2),
    "*/*": (MediaType.JSON, 1),
}
_STATUSES = {
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.SERVICE_UNAVAILABLE: 503,
    ErrorCode.INTERNAL_SERVER_ERROR: 500,
}


@lru_cache(_HEADERS_REMEMBERED)
def choose_media_type(accept: str | None) -> MediaType | None:
    """Pick the answer's media type; None when the client accepts neither (406)."""
    if accept is None or not accept.strip():
        return MediaType.JSON
    best: tuple[float, int, MediaType] | None = None
    for entry in accept.lower().split(","):
        name, *parameters = (part.strip() for part in entry.split(";"))
        quality = _quality(parameters)
        if name not in _RANGES or quality <= 0 or not _is_utf8(parameters):
            continue
        media_type, specificity = _RANGES[name]
        if best is None or (quality, specificity) > best[:2]:
            best = (quality, specificity, media_type)
    return best[2] if best else None


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0


@lru_cache(_HEADERS_REMEMBERED)
def is_json_content_type(content_type: str | None) -> bool:
    """Only JSON in UTF-8: what a browser sends without asking first is none of it."""
    if content_type is None:
        return False
    name, *parameters = (part.strip() for part in content_type.lower().split(";"))
    return name == MediaType.JSON and _is_utf8(parameters)


def _is_utf8(parameters: list[str]) -> bool:
    charsets = [
        p.removeprefix("charset=").strip('"') for p in parameters if p.startswith("charset=")
    ]
    return all(charset in {"utf-8", "utf8"} for charset in charsets)


def status_of_refusal(media_type: MediaType, code: ErrorCode | None) -> int:
    """Status of a well-formed request that never came to execution.

    application/json answers 200 to a document or variables that are wrong, because its clients
    take any other status for something between them and the server.
    """
    if code in _STATUSES:
        return _STATUSES[code]
    return 400 if media_type is MediaType.GRAPHQL_RESPONSE else 200
