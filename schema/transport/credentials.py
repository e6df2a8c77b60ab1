"""Bearer credentials, in the HTTP header or in a socket's connection_init."""

from starlette.datastructures import Headers

from app.domain.permissions import Caller
from schema.context import Authenticator
from schema.errors import Unauthenticated

_SCHEME = "bearer"
_MALFORMED = "The credential has another form than: Authorization: Bearer sge_… or sgs_…"
_REFUSED = "This credential is not known, has expired or was revoked."


def credential_of(headers: Headers) -> str | None:
    """The header's value, None without one. Two become one that is no credential (RFC 9110 section 5.3): a proxy that checks
    the first and a server that reads the last would each let somebody else in.
    """
    values = headers.getlist("authorization")
    return ", ".join(values) if values else None


def bearer_token(header: object) -> str:
    """Read `Bearer sge_…` or `Bearer sgs_…`; raises Unauthenticated for any other form."""
    if not isinstance(header, str):
        raise Unauthenticated(_MALFORMED)
    scheme, _, token = header.strip().partition(" ")
    token = token.strip()
    if scheme.lower() != _SCHEME or not token.isascii() or not token.isprintable() or not token:
        raise Unauthenticated(_MALFORMED)
    return token


async def authenticate(authenticator: Authenticator, header: object) -> Caller | None:
    """Give the caller's authority, None without a credential.

    A credential that is sent and not valid is refused, never treated as absent.
    """
    if header is None:
        return None
    authority = await authenticator.authenticate(bearer_token(header))
    if authority is None:
        raise Unauthenticated(_REFUSED)
    return authority
