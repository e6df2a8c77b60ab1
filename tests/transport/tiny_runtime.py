"""A runtime to serve the small schema: events in memory, three credentials."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from app.bus.hub import EventHub
from app.checks.findings import Finding
from app.domain.errors import Unavailable
from app.domain.events import Event, EventType
from app.domain.permissions import ApiScope, Authority, Caller, caller_of_key
from app.domain.positions import Reader, WritePosition
from app.store.database import ReadSession
from tests.transport.tiny_schema import SECRET_TEXT


@dataclass
class MemoryEvents:
    """An ordered list in place of the event table, which these tests are not about."""

    events: list[Event] = field(default_factory=list)
    fails: bool = False
    number: int = 1

    def add(self, program_id: int = 1, entity_id: str | None = None) -> Event:
        event = Event(
            position=len(self.events) + 1,
            program_id=program_id,
            type=EventType.INTENT,
            name="intent.changed",
            entity_id=entity_id,
            version=1,
            at=datetime.now(UTC),
            data={},
        )
        self.events.append(event)
        return event

    def changes_of(self, entity_id: str) -> int:
        return sum(event.entity_id == entity_id for event in self.events)

    async def epoch(self) -> int:
        return self.number

    async def newest_position(self) -> int:
        return len(self.events)

    async def read_after(self, position: int, limit: int) -> list[Event]:
        if self.fails:
            raise ConnectionError("the database is away")
        return self.events[position : position + limit]

    async def replay(
        self, program_id: int, after: int, up_to: int, types: Any, limit: int
    ) -> list[Event]:
        await asyncio.sleep(0)
        found = [
            event
            for event in self.events[after:up_to]
            if event.program_id == program_id and (types is None or event.type in types)
        ]
        return found[:limit]


@dataclass
class TinyRuntime:
    """Two credentials, of two programs; "sge_broken" and "sge_away" make the store fail."""

    scopes: frozenset[ApiScope] = frozenset({ApiScope.READ})
    hanging: set[str] = field(default_factory=set)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    store: MemoryEvents = field(default_factory=MemoryEvents)
    revoked: set[str] = field(default_factory=set)
    expired: set[str] = field(default_factory=set)
    look_ups_fail: bool = False
    findings: list[Finding] = field(default_factory=list)
    sessions_open: int = 0
    writers: list[str | None] = field(default_factory=list)
    limiter: Any = None

    def __post_init__(self) -> None:
        self.hub = EventHub(self.store, poll_seconds=0.05)

    @property
    def authenticator(self) -> "TinyRuntime":
        return self

    async def authenticate(self, token: str) -> Caller | None:
        if token == "sge_broken":
            raise ConnectionError(SECRET_TEXT)
        if token == "sge_away":
            raise Unavailable("the database does not answer in time", 2)
        if token in self.hanging:
            await self.released.wait()
        programs = {"sge_one": 1, "sge_two": 2}
        if token not in programs or token in self.revoked:
            return None
        authority = Authority(
            program_id=programs[token],
            program_public_id=UUID(int=programs[token]),
            credential_id=UUID(int=programs[token]),
            actor=f"api_key:{token}",
            scopes=self.scopes,
        )
        return caller_of_key(authority)

    async def look_again(self, tokens: Sequence[str]) -> None:
        """Remembers none of them."""
        if tokens and self.look_ups_fail:
            raise Unavailable("the database does not answer in time", 2)

    def has_expired(self, token: str) -> bool:
        return token in self.expired

    def now(self) -> datetime:
        return datetime.now(UTC)

    @asynccontextmanager
    async def read_snapshot(self, program_key: int | None, _: Reader | None) -> AsyncIterator[Any]:
        self.sessions_open += 1
        yield ReadSession(cast("Any", None), program_key)
        self.sessions_open -= 1

    async def note_write(self, actor: str | None) -> WritePosition | None:
        self.writers.append(actor)
        return WritePosition(1, len(self.writers))

    async def start(self) -> None:
        await self.hub.start()

    async def stop(self) -> None:
        await self.hub.stop()

    async def probe(self) -> list[Finding]:
        return self.findings
