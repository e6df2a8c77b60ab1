"""The message that a wallet is asked to sign, and whether one that comes back is one of ours.

Nothing is stored when somebody asks: whoever asks is nobody yet, and could fill a table. Instead the nonce is half random
and half an HMAC over everything that the server decided, so that only a message of ours passes, as it was.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from app.domain.errors import Refusal, RefusalCode
from app.domain.siwe.instant import write_instant
from app.domain.siwe.message import SignInMessage
from app.domain.siwe.uri import origin_of

LIFETIME = timedelta(minutes=5)
LONGEST_URI = 2048
_STATEMENT = "Sign in to SGE. This costs no gas and moves no money."
_PURPOSE = b"sge sign-in nonce 1"
_RANDOM_BYTES = 16
_MAC_BYTES = 16
# Clocks of processes that serve one site may differ by this.
_SKEW = timedelta(seconds=10)


class LoginChallenges:
    """Messages for the sites whose origins, as `https://app.example`, are listed; all processes share the secret."""

    def __init__(self, secret: str, origins: Collection[str]) -> None:
        self._key = hmac.new(secret.encode(), _PURPOSE, hashlib.sha256).digest()
        self._origins = frozenset(origins)

    def ask(self, wallet: str, chain_id: int, uri: str, now: datetime) -> SignInMessage:
        """A message good for five minutes. Refuses INVALID_INPUT when the URI is not one of a listed site."""
        origin = origin_of(uri) if len(uri) <= LONGEST_URI else None
        if origin not in self._origins:
            raise Refusal(
                RefusalCode.INVALID_INPUT,
                "Nobody signs in there: the URI's origin is neither that of SGE_PUBLIC_URL nor one of SGE_LOGIN_ORIGINS.",
                "uri",
            )
        domain, random = _domain(origin), secrets.token_hex(_RANDOM_BYTES)
        issued_at, expiration_time = write_instant(now), write_instant(now + LIFETIME)
        bound = (wallet, str(chain_id), domain, uri, issued_at, expiration_time)
        return SignInMessage(
            domain=domain,
            address=wallet,
            statement=_STATEMENT,
            uri=uri,
            version="1",
            chain_id=chain_id,
            nonce=random + self._mac(random, *bound),
            issued_at=issued_at,
            expiration_time=expiration_time,
        )

    def check(self, message: SignInMessage, now: datetime) -> datetime:
        """When the message expires, if it is one of ours and good now.

        Refuses INVALID_INPUT for another site's message, LOGIN_EXPIRED for what we did not ask for or is over: both alike.
        """
        self._check_site(message)
        random = message.nonce[: 2 * _RANDOM_BYTES]
        bound = (
            message.address,
            str(message.chain_id),
            message.domain,
            message.uri,
            message.issued_at,
            message.expiration_time or "",
        )
        ours = hmac.compare_digest(message.nonce, random + self._mac(random, *bound))
        expires = message.expires
        if not ours or expires is None or now >= expires or message.issued > now + _SKEW:
            raise login_expired()
        if message.begins is not None and message.begins > now:
            raise Refusal(RefusalCode.INVALID_INPUT, "The message is not good yet.", "message")
        return expires

    def _check_site(self, message: SignInMessage) -> None:
        origin = origin_of(message.uri)
        scheme = message.scheme
        if (
            origin not in self._origins
            or message.domain != _domain(origin)
            or (scheme is not None and f"{scheme}://{message.domain}" != origin)
        ):
            raise Refusal(RefusalCode.INVALID_INPUT, "The message is for another site.", "message")

    def _mac(self, *parts: str) -> str:
        # No part has a line break, by the grammar of the message.
        bound = "\n".join(parts).encode()
        return hmac.new(self._key, bound, hashlib.sha256).digest()[:_MAC_BYTES].hex()


def login_expired() -> Refusal:
    """The one answer to a message that is too old, used, or not ours: whoever tries learns nothing."""
    return Refusal(
        RefusalCode.LOGIN_EXPIRED,
        "The message is not good for signing in (any more): ask for one with requestLogin.",
        "message",
    )


def _domain(origin: str) -> str:
    return origin.partition("://")[2]
