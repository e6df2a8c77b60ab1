"""What one operation knows: who asks, through which runtime, in which snapshot.

Made anew for each operation, also for each operation on one socket and for each event of a
subscription, because loaders remember rows and a snapshot ages.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from strawberry.dataloader import DataLoader

from app.checks.findings import Finding
from app.domain.permissions import Caller
from app.domain.rate_limits import Hit, Verdict
from app.store.database import ReadSession
from schema.errors import Unauthenticated

LoadKey = TypeVar("LoadKey", bound=Hashable)
Loaded = TypeVar("Loaded")
BatchLoad = Callable[[ReadSession, Sequence[LoadKey]], Awaitable[Sequence[Loaded]]]
"""Takes a read session and keys, gives one value for each key, in their order."""


class Authenticator(Protocol):
    async def authenticate(self, token: str) -> Caller | None:
        """Whom this bearer token stands for; None when unknown, expired or revoked."""

    async def look_again(self, tokens: Sequence[str]) -> None:
        """Looks tokens that were good up together, so that each costs `authenticate` little."""

    def has_expired(self, token: str) -> bool:
        """Whether a token that was good ended by the clock, as far as is known without the store."""


class CountsHits(Protocol):
    async def try_hits(self, hits: Sequence[Hit]) -> Verdict:
        """Counts the hits when each of their buckets has room, else none of them."""


class ApiRuntime(Protocol):
    """What the API needs of the process it runs in."""

    @property
    def authenticator(self) -> Authenticator: ...

    @property
    def limiter(self) -> CountsHits: ...

    def now(self) -> datetime:
        """Real time, aware."""

    def read_snapshot(self, program_key: int | None) -> AbstractAsyncContextManager[ReadSession]:
        """Open a read-only session on one snapshot of one program's rows (None: of no program's)."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def probe(self) -> Sequence[Finding]:
        """What the process depends on, as it was a moment ago."""


@dataclass
class OperationContext:
    """The `info.context` of every resolver."""

    runtime: ApiRuntime
    caller: Caller | None
    request_id: str
    extensions: dict[str, object] = field(default_factory=dict)
    """Goes out as the answer's `extensions`."""
    user_agent: str | None = None
    """As the client names itself; nothing is decided by it."""
    _loaders: dict[Hashable, DataLoader[Any, Any]] = field(default_factory=dict)
    _resources: AsyncExitStack = field(default_factory=AsyncExitStack)
    _sessions: dict[int | None, ReadSession] = field(default_factory=dict)
    _facing: ReadSession | None = None
    _session_lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def require_caller(self) -> Caller:
        """Give the caller, or refuse with UNAUTHENTICATED."""
        if self.caller is None:
            raise Unauthenticated
        return self.caller

    def now(self) -> datetime:
        return self.runtime.now()

    @asynccontextmanager
    async def reading(self, program_key: int | None) -> AsyncIterator[ReadSession]:
        """Borrow the operation's snapshot as one program sees it, opened at the first use.

        One at a time: fields resolve concurrently, and a database connection does not. All programs
        share the one connection, so an operation never waits for a second one while it holds one.
        """
        async with self._session_lock:
            if self._facing is None:
                opened = self.runtime.read_snapshot(program_key)
                self._facing = await self._resources.enter_async_context(opened)
                self._sessions[program_key] = self._facing
            session = self._sessions.get(program_key)
            if session is None:
                session = self._sessions[program_key] = self._facing.of_program(program_key)
            if session is not self._facing:
                await session.face()
                self._facing = session
            yield session

    def loader(
        self, load: BatchLoad[LoadKey, Loaded], program_key: int | None
    ) -> DataLoader[LoadKey, Loaded]:
        """Give this operation's loader for a batch function, so that equal keys are read once."""
        known = self._loaders.get((load, program_key))
        if known is None:

            async def load_in_snapshot(keys: list[LoadKey]) -> Sequence[Loaded]:
                async with self.reading(program_key) as session:
                    return await load(session, keys)

            known = DataLoader(load_fn=load_in_snapshot)
            self._loaders[load, program_key] = known
        return known

    async def leave_snapshot(self) -> None:
        """Give the connection back and forget what was loaded.

        Before a write, which then needs no second connection, and after it, to see it; between the
        events of a subscription, which may be hours apart.
        """
        async with self._session_lock:
            await self._leave_snapshot()

    def for_event(self) -> "OperationContext":
        """Give a fresh context to the next event of a subscription."""
        extensions = {name: self.extensions[name] for name in ("cost",) if name in self.extensions}
        return OperationContext(
            self.runtime, self.caller, self.request_id, extensions, self.user_agent
        )

    async def close(self) -> None:
        async with self._session_lock:
            await self._leave_snapshot()

    async def _leave_snapshot(self) -> None:
        self._loaders.clear()
        if self._facing is None:
            return
        self._sessions.clear()
        self._facing = None
        resources, self._resources = self._resources, AsyncExitStack()
        await resources.aclose()
