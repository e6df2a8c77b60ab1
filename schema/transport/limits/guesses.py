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
    """count: is told the address before a credential that nobody knows is looked up, and may raise."""

    def __init__(self, count: Callable[[str], None]) -> None:
        self._count = count
        self._refused: Memory[str] = Memory()
        self._good: Memory[None] = Memory()

    async def look_up(
        self, address: str, credential: str, look_up: Callable[[], Awaitable[Found]]
    ) -> Found:
        """What `look_up` finds; raises Unauthenticated as it does, without it for what was refused a moment ago."""
        name = blake2b(credential.encode(errors="surrogateescape"), digest_size=16).hexdigest()
        if self._good.find(name) is None:
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
        self._good.keep(name, None, _GOOD_SECONDS)
        return found
