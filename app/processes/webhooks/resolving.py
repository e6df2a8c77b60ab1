"""Names to public addresses: all that a name has are checked, and only what was checked is connected to."""

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

from app.domain.webhooks.addresses import is_public
from app.domain.webhooks.targets import Target, UnsuitableTarget

_LOOKUP_SECONDS = 5.0
# Each name that is never answered holds a thread for as long as the system's resolver waits.
_THREADS = 64
_NOT_PUBLIC = "The name does not resolve to public addresses."


class Resolver(Protocol):
    """Who knows the addresses of names."""

    async def resolve(self, host: str) -> Sequence[str]:
        """All addresses, the best first; raises OSError when there are none."""


@dataclass
class SystemResolver:
    """The operating system's, on threads of its own: others' lookups do not wait for slow ones."""

    _threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_THREADS, thread_name_prefix="resolver")
    )

    async def resolve(self, host: str) -> Sequence[str]:
        """Raises OSError, and TimeoutError (one of them) after 5 s."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(_LOOKUP_SECONDS):
            found = await loop.run_in_executor(self._threads, _look_up, host)
        return list(dict.fromkeys(found))


def _look_up(host: str) -> list[str]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


async def addresses_of(target: Target, resolver: Resolver) -> Sequence[str]:
    """Where to connect for this target; raises UnsuitableTarget unless every address of its name is public.

    One private address among public ones is refused too: whoever answers a name that way chooses which is used. What the
    name has, when it is not public, is not told: a tenant learns nothing of the inside.
    """
    if target.loopback:
        return [target.host.strip("[]").replace("localhost", "127.0.0.1")]
    try:
        found = await resolver.resolve(target.host)
    except (OSError, UnicodeError):
        raise UnsuitableTarget(_NOT_PUBLIC) from None
    if not found or not all(is_public(address) for address in found):
        raise UnsuitableTarget(_NOT_PUBLIC)
    return found
