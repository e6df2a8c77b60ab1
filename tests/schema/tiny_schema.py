"""A small schema made of the project's own pieces, and a runtime to serve it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import strawberry
from strawberry.schema.config import StrawberryConfig

from app.bus.hub import EventHub
from app.domain.errors import Refusal, RefusalCode, Unavailable
from app.domain.events import Event, EventType
from app.domain.permissions import ApiScope, Authority
from schema.connection import Connection
from schema.context import OperationContext
from schema.cursors import CursorCodec
from schema.delivery import Delivery
from schema.paging import Page, page_request
from schema.scalars import JSON, SCALARS, Address, BigInt, DecimalText, Hex

SECRET_TEXT = "SELECT secret FROM vault /srv/app/store/vault.py"
THINGS = CursorCodec("Query.things", int)

Info = strawberry.Info[OperationContext, None]


@dataclass(frozen=True)
class ThingRow:
    id: int
    name: str


@strawberry.type
class Thing:
    id: strawberry.ID
    name: str


@strawberry.input
class MoneyInput:
    amount: DecimalText
    currency: str


@strawberry.input
class PayInput:
    wallet: Address
    amount: MoneyInput
    note: str | None = strawberry.UNSET


@strawberry.type
class Pay:
    text: str


@strawberry.type
class Everything:
    at: datetime
    address: Address
    hex: Hex
    amount: DecimalText
    big: BigInt
    json: JSON


def list_things(first: int = 50, after: str | None = strawberry.UNSET) -> Page[ThingRow]:
    request = page_request(THINGS, first, after)
    start = request.after[0] + 1 if request.after else 0
    rows = [ThingRow(number, f"thing {number}") for number in range(start, 10)]

    async def count() -> int:
        return 10

    return Page.of(rows[: request.limit], request, lambda row: (row.id,), count)


@strawberry.type
class Query:
    things: Connection[Thing] | None = strawberry.field(resolver=list_things)

    @strawberry.field
    def everything(self) -> Everything:
        return Everything(
            at=datetime(2026, 11, 22, 10, tzinfo=UTC),
            address=Address("0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"),
            hex=Hex(b"\xab\xcd"),
            amount=DecimalText("10.00"),
            big=BigInt(2**80),
            json=JSON({"a": [1, None]}),
        )

    @strawberry.field
    def who(self, info: Info) -> str:
        return info.context.require_authority().actor

    @strawberry.field
    def hello(self, name: str = "you") -> str:
        return f"hello {name}"

    @strawberry.field
    def at(self, when: datetime) -> datetime:
        return when

    @strawberry.field
    def echo(self, value: JSON) -> JSON | None:
        return value

    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError(SECRET_TEXT)

    @strawberry.field
    def unprintable(self) -> int | None:
        return SECRET_TEXT  # type: ignore[return-value]

    @strawberry.field
    def refused(self) -> str | None:
        raise Refusal(RefusalCode.AMOUNT_OUT_OF_RANGE, "too much", "amount", "currency")

    @strawberry.field
    def unavailable(self) -> str | None:
        raise Unavailable("come back", 3)

    @strawberry.field
    async def slow(self, seconds: float) -> str:
        await asyncio.sleep(seconds)
        return "done"


@strawberry.type
class Mutation:
    @strawberry.mutation
    def pay(self, info: Info, input: PayInput) -> Pay | None:  # noqa: A002
        info.context.extensions["position"] = "p1"
        return Pay(text=f"{input.wallet} {input.amount.amount}")


@strawberry.type
class ProgramEvent:
    cursor: str
    name: str


@dataclass(frozen=True)
class EventRow:
    cursor: str
    name: str


@dataclass
class Counters:
    executions: int = 0
    sources: int = 0


COUNTERS = Counters()


def count_execution(root: strawberry.Parent[Any]) -> int:
    COUNTERS.executions += 1
    return int(getattr(root, "position", 0))


@strawberry.type
class LiveEvent:
    name: str
    position: int = strawberry.field(resolver=count_execution)


async def live_events(
    info: Info,
    after: int | None = strawberry.UNSET,
) -> AsyncGenerator[LiveEvent, None]:
    runtime: Any = info.context.runtime
    program_id = info.context.require_authority().program_id
    position = after if isinstance(after, int) else None
    async for item in runtime.hub.subscribe(program_id, None, position):
        if isinstance(item, Event):
            yield item  # type: ignore[misc]


@strawberry.type
class Counter:
    value: int


async def counter(info: Info, id: str) -> AsyncGenerator[Counter, None]:  # noqa: A002
    COUNTERS.sources += 1
    runtime: Any = info.context.runtime
    program_id = info.context.require_authority().program_id
    async for _ in runtime.hub.watch(program_id, id):
        COUNTERS.executions += 1
        yield Counter(value=runtime.store.changes_of(id))


async def ticks(count: int) -> AsyncGenerator[int, None]:
    for number in range(count):
        yield number


async def failing() -> AsyncGenerator[int, None]:
    yield 1
    raise RuntimeError(SECRET_TEXT)


@strawberry.type
class Subscription:
    ticks: int = strawberry.subscription(resolver=ticks)
    failing: int = strawberry.subscription(resolver=failing)
    live_events: LiveEvent = strawberry.subscription(resolver=live_events)
    counter: Counter = strawberry.subscription(resolver=counter, metadata=Delivery.NEWEST.metadata)


SCHEMA = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    config=StrawberryConfig(scalar_map=SCALARS),
)


@dataclass
class MemoryEvents:
    """An ordered list in place of the event table, which these tests are not about."""

    events: list[Event] = field(default_factory=list)
    fails: bool = False

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
            if event.program_id == program_id and (not types or event.type in types)
        ]
        return found[:limit]


@dataclass
class TinyRuntime:
    """Two credentials, of two programs; "sge_broken" makes the store fail."""

    store: MemoryEvents = field(default_factory=MemoryEvents)
    revoked: set[str] = field(default_factory=set)
    problems: dict[str, str | None] = field(default_factory=dict)
    sessions_open: int = 0

    def __post_init__(self) -> None:
        self.hub = EventHub(self.store, poll_seconds=0.05)

    @property
    def authenticator(self) -> "TinyRuntime":
        return self

    async def authenticate(self, token: str) -> Authority | None:
        if token == "sge_broken":
            raise ConnectionError(SECRET_TEXT)
        programs = {"sge_one": 1, "sge_two": 2}
        if token not in programs or token in self.revoked:
            return None
        return Authority(
            program_id=programs[token],
            program_public_id=UUID(int=programs[token]),
            key_id=UUID(int=programs[token]),
            actor=f"api_key:{token}",
            scopes=frozenset({ApiScope.READ}),
        )

    def now(self) -> datetime:
        return datetime.now(UTC)

    @asynccontextmanager
    async def read_snapshot(self, authority: Authority | None) -> AsyncIterator[Any]:
        self.sessions_open += 1
        yield authority
        self.sessions_open -= 1

    async def start(self) -> None:
        await self.hub.start()

    async def stop(self) -> None:
        await self.hub.stop()

    async def probe(self) -> dict[str, str | None]:
        return self.problems
