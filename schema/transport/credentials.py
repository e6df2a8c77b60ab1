"""Bearer credentials, in the HTTP header or in a socket's connection_init."""

from app.domain.permissions import Authority
from schema.context import Authenticator
from schema.errors import Unauthenticated

_SCHEME = "bearer"


def bearer_token(header: str) -> str:
    """Read `Bearer sge_…`; raises Unauthenticated for any other form."""
    scheme, _, token = header.strip().partition(" ")
    token = token.strip()
    if scheme.lower() != _SCHEME or not token.isascii() or not token.isprintable() or not token:
        raise Unauthenticated
    return token


async def authenticate(authenticator: Authenticator, header: str | None) -> Authority | None:
    """Give the caller's authority, None without a credential.

    A credential that is sent and not valid is refused, never treated as absent.
    """
    if header is None:
        return None
    authority = await authenticator.authenticate(bearer_token(header))
    if authority is None:
        raise Unauthenticated
    return authority
