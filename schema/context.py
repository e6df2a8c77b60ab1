"""What one operation knows: who asks, through which runtime, in which snapshot.

Made anew for each operation, also for each operation on one socket and for each event of a
subscription, because loaders remember rows and a snapshot ages.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    nullcontext,
    suppress,
)
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from strawberry.dataloader import DataLoader

from app.checks.findings import Finding
from app.domain.permissions import Caller
from app.domain.positions import Reader, WritePosition
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

    def read_snapshot(
        self, program_key: int | None, reader: Reader | None
    ) -> AbstractAsyncContextManager[ReadSession]:
        """Open a read-only session on one snapshot of one program's rows (None: of no program's).

        reader: who may be answered by a replica that shows what it saw and wrote; None wants the newest state.
        """

    async def note_write(self, actor: str | None) -> WritePosition | None:
        """A mutation has committed what it did; gives what has it, when that is known."""

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
    position: WritePosition | None = None
    """What the client has seen written, as far as it says so."""
    position_is_all: bool = False
    """Whether it says so with this very request: nothing else has to be remembered of it."""
    reader: Reader | None = None
    """Who reads, while a replica may answer: in queries. What follows a write or an event needs the newest state."""
    answered_by_replica: bool = False
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

    def may_be_answered_by_replica(self) -> None:
        """Of a query: what it reads need not be the newest."""
        caller = self.caller
        if caller is None or self.position_is_all:
            self.reader = Reader(None, None, self.position)
        else:
            self.reader = Reader(caller.actor, caller.credential_id, self.position)

    async def turn_to_primary(self) -> None:
        """Forget what a replica said."""
        await self.leave_snapshot()
        self.reader, self.answered_by_replica = None, False

    async def note_write(self) -> None:
        """Of a mutation, when it is done: its answer says from where on later reads have it."""
        await self.leave_snapshot()
        found = await self.runtime.note_write(self.caller.actor if self.caller else None)
        if found is not None:
            self.position = found
            self.extensions["position"] = str(found)

    @asynccontextmanager
    async def reading(self, program_key: int | None) -> AsyncIterator[ReadSession]:
        """Borrow the operation's snapshot as one program sees it, opened at the first use.

        One at a time: fields resolve concurrently, and a database connection does not. All programs
        share the one connection, so an operation never waits for a second one while it holds one.
        """
        async with self._session_lock:
            if self._facing is None:
                opened = self.runtime.read_snapshot(program_key, self.reader)
                self._facing = await self._resources.enter_async_context(opened)
                self._sessions[program_key] = self._facing
                self.answered_by_replica |= self._facing.of_replica
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
        # What a replica answered was read; that it went away since changes nothing.
        with suppress(Exception) if self.answered_by_replica else nullcontext():
            await resources.aclose()
