"""Credentials that were shown lately: good ones cost nothing more, refused ones neither, and new ones are rationed."""

from collections.abc import Awaitable, Callable
from hashlib import blake2b
from typing import TypeVar

from schema.errors import Unauthenticated
from schema.transport.limits.memory import Memory

Found = TypeVar("Found")

# As long as the authenticator remembers: a key that was made meanwhile works after it.
_REFUSED_SECONDS = 2.0
_GOOD_SECONDS = 600.0


class Guesses:
    """count: is told the address before a credential that nobody knows is looked up, and may raise. forgive: is told it
    again when the credential was good.
    """

    def __init__(self, count: Callable[[str], None], forgive: Callable[[str], None]) -> None:
        self._count = count
        self._forgive = forgive
        self._refused: Memory[str] = Memory()
        self._good: Memory[str] = Memory()

    async def look_up(
        self, address: str, credential: str, look_up: Callable[[], Awaitable[Found]]
    ) -> Found:
        """What `look_up` finds; raises Unauthenticated as it does, without it for what was refused a moment ago."""
        name = _digest(credential.encode("latin-1", errors="replace"))
        is_new = self._good.find(name) is None
        if is_new:
            refused = self._refused.find(name)
            if refused is not None:
                raise Unauthenticated(refused[0])
            self._count(address)
        try:
            found = await look_up()
        except Unauthenticated as refusal:
            self._good.forget(name)
            self._refused.keep(name, refusal.message, _REFUSED_SECONDS)
            raise
        if is_new:
            self._forgive(address)
        self._good.keep(name, getattr(found, "actor", ""), _GOOD_SECONDS)
        return found

    def recall(self, header: bytes) -> str | Unauthenticated | None:
        """The actor that this credential was good for, or why it was refused a moment ago."""
        name = _digest(header)
        good = self._good.find(name)
        if good is not None:
            return good[0]
        refused = self._refused.find(name)
        return None if refused is None else Unauthenticated(refused[0])


def _digest(credential: bytes) -> str:
    return blake2b(credential, digest_size=16).hexdigest()
