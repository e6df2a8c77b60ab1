"""An event that cannot be written as JSON ends its subscription with an error; nobody waits for it for ever."""

import asyncio
from collections.abc import AsyncGenerator

import strawberry
from strawberry.scalars import JSON

from schema.context import OperationContext
from schema.transport.engine import Engine
from schema.transport.request import GraphQLRequest
from schema.transport.settings import TransportSettings
from schema.transport.sharing import SharedStreams
from tests.transport.tiny_runtime import TinyRuntime


@strawberry.type
class Query:
    hello: str = "hello"


async def values() -> AsyncGenerator[JSON, None]:
    # One object for both readers.
    yield _TOO_LARGE


_TOO_LARGE = JSON({"amount": 2**70})


@strawberry.type
class Subscription:
    numbers: JSON = strawberry.subscription(resolver=values)


async def test_every_reader_gets_the_error() -> None:
    engine = Engine(strawberry.Schema(Query, subscription=Subscription), TransportSettings())
    streams = SharedStreams(engine)
    operation = engine.prepare(
        GraphQLRequest("subscription { numbers }", None, {}), "request", from_browser=False
    )

    async def read() -> list[str]:
        context = OperationContext(TinyRuntime(), None, "request")
        return [payload async for payload in streams.open(operation, context)]

    async with asyncio.timeout(5):
        outcomes = await asyncio.gather(read(), read(), return_exceptions=True)
    assert {type(one) for one in outcomes} == {TypeError}
