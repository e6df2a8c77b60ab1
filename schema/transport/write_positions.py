"""What a client sends back of `extensions.position`: in a header, or in a socket's connection_init."""

from starlette.datastructures import Headers

from app.domain.positions import NotAPosition, WritePosition
from schema.errors import BadUserInput

HEADER = "sge-position"
INIT_FIELD = "position"


def position_of_headers(headers: Headers) -> WritePosition | None:
    """None without the header; raises BadUserInput for one that no mutation gave."""
    values = headers.getlist(HEADER)
    return _parse(", ".join(values), HEADER) if values else None


def position_of_init(payload: dict[str, object]) -> WritePosition | None:
    """The same of a connection_init's payload."""
    offered = payload.get(INIT_FIELD)
    return None if offered is None else _parse(offered, INIT_FIELD)


def _parse(offered: object, name: str) -> WritePosition:
    try:
        if isinstance(offered, str):
            return WritePosition.parse(offered)
    except NotAPosition:
        pass
    message = f"{name} is not what a mutation gave as extensions.position; leave it out."
    raise BadUserInput(message, [name])
