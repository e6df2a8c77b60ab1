"""A small schema made of the project's own pieces, and a runtime to serve it."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig

from app.domain.errors import Refusal, RefusalCode, Unavailable
from app.domain.events import Event
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
        return info.context.require_caller().actor

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
    def pay(self, input: PayInput) -> Pay | None:  # noqa: A002
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
    program_id = info.context.require_caller().authorities[0].program_id
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
    program_id = info.context.require_caller().authorities[0].program_id
    async for _ in runtime.hub.watch(program_id, id):
        COUNTERS.executions += 1
        yield Counter(value=runtime.store.changes_of(id))


async def ticks(count: int) -> AsyncGenerator[int, None]:
    for number in range(count):
        yield number


async def failing() -> AsyncGenerator[int, None]:
    yield 1
    raise RuntimeError(SECRET_TEXT)


async def unreachable() -> AsyncGenerator[int, None]:
    yield 1
    raise ConnectionRefusedError(SECRET_TEXT)


@strawberry.type
class Subscription:
    unreachable: int = strawberry.subscription(resolver=unreachable)
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
