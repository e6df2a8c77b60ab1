"""programEvents over real sockets: cursors, sharing, rights, and Redis going away under load."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest

from app.api_runtime import ApiProcess
from app.chain.deploy import Deployment
from sge.embedded.anvil import Anvil
from sge.embedded.redis_server import Redis
from tests.api.caller import Caller, OwnProgram, Stage
from tests.api.conftest import settings
from tests.api.live import EVENTS, cursor_of, next_event, on_a_socket
from tests.api.opened import begin
from tests.fixtures.databases import Database
from tests.transport.ws_client import initialised


@pytest.fixture
async def url(stage: Stage) -> AsyncIterator[str]:
    async with on_a_socket(stage.process) as address:
        yield address


async def affiliate_names(program: OwnProgram, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        await program.affiliate(f"CODE{number:03d}")


async def test_list_then_subscribe_leaves_no_hole(stage: Stage, url: str) -> None:
    program = await stage.program()
    await affiliate_names(program, 2)
    cursor = await cursor_of(program)
    await affiliate_names(program, 2, start=2)
    async with initialised(url, program.token) as socket:
        await socket.subscribe("e", EVENTS, program=program.id, after=cursor)
        first = await socket.receive()
        assert first["payload"]["data"]["programEvents"]["type"] == "CURSOR"
        await affiliate_names(program, 2, start=4)
        events = [await next_event(socket) for _ in range(4)]
    assert {event["name"] for event in events} == {"affiliate.registered"}
    assert len({event["entityId"] for event in events}) == 4
    assert len({event["cursor"] for event in events}) == 4


async def test_a_cursor_is_good_on_a_new_connection(stage: Stage, url: str) -> None:
    program = await stage.program()
    start = await cursor_of(program)
    await affiliate_names(program, 5)
    async with initialised(url, program.token) as socket:
        await socket.subscribe("e", EVENTS, program=program.id, after=start)
        seen = [await next_event(socket) for _ in range(3)]
    async with initialised(url, program.token) as socket:
        await socket.subscribe("e", EVENTS, program=program.id, after=seen[-1]["cursor"])
        seen += [await next_event(socket) for _ in range(2)]
    assert len({event["entityId"] for event in seen}) == 5


async def test_only_the_asked_types(stage: Stage, url: str) -> None:
    program = await stage.program()
    start = await cursor_of(program)
    await affiliate_names(program, 1)
    async with initialised(url, program.token) as socket:
        for name, types in (("none", ["CURSOR"]), ("intents", ["INTENT", "CURSOR"])):
            await socket.subscribe(name, EVENTS, program=program.id, after=start, types=types)
            message = await socket.receive()
            assert message["payload"]["data"]["programEvents"]["type"] == "CURSOR"
        await affiliate_names(program, 1, start=1)
        with pytest.raises(TimeoutError):
            await socket.receive(0.5)


async def test_another_program_is_not_there(stage: Stage, url: str) -> None:
    ours, theirs = await stage.program(), await stage.program()
    async with initialised(url, ours.token) as socket:
        await socket.subscribe("e", EVENTS, program=theirs.id)
        error = await socket.receive()
        assert error["type"] == "error"
        assert error["payload"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("after", ["", "nonsense", "AAAAAAAAWzFd"])
async def test_a_cursor_that_is_none(stage: Stage, url: str, after: str) -> None:
    program = await stage.program()
    async with initialised(url, program.token) as socket:
        await socket.subscribe("e", EVENTS, program=program.id, after=after)
        error = await socket.receive()
        extensions = error["payload"][0]["extensions"]
        assert (extensions["code"], extensions["argument"]) == ("BAD_USER_INPUT", ["after"])


async def test_open_subscriptions_keep_no_connection(stage: Stage, url: str) -> None:
    program = await stage.program()
    pool = stage.process.runtime.databases["api"].pool
    async with initialised(url, program.token) as one, initialised(url, program.token) as two:
        for number, socket in enumerate((one, two) * 10):
            await socket.subscribe(str(number), EVENTS, program=program.id)
            await socket.receive()
        async with asyncio.timeout(5):
            while pool.get_size() != pool.get_idle_size():  # noqa: ASYNC110  nobody tells
                await asyncio.sleep(0.02)


async def without_redis(
    stage: Stage, redis: Redis, url: str, *, seconds: float, readers: int
) -> None:
    """Write on while Redis is stopped and started again; everybody gets everything once."""
    program = await stage.program()
    start = await cursor_of(program)
    written: list[str] = []
    enough, complete = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        while not enough.is_set():
            written.append((await program.affiliate(f"C{len(written):05d}"))["id"])

    async def read() -> list[str]:
        async with initialised(url, program.token) as socket:
            await socket.subscribe("e", EVENTS, program=program.id, after=start)
            found: list[str] = []
            while not (complete.is_set() and len(found) >= len(written)):
                found.append((await next_event(socket))["entityId"])
            return found

    reading = [asyncio.create_task(read()) for _ in range(readers)]
    writing = asyncio.create_task(write())
    await asyncio.sleep(0.5)
    await asyncio.to_thread(redis.stop)
    await asyncio.sleep(seconds)
    await asyncio.to_thread(redis.start)
    await asyncio.sleep(0.5)
    enough.set()
    await writing
    complete.set()
    await program.affiliate("LAST1")  # wakes readers that had everything when writing stopped
    for found in await asyncio.gather(*reading):
        assert sorted(found[: len(written)]) == sorted(written)


@pytest.fixture
async def fragile(
    database: Database, own_redis: Redis, anvil: Anvil, deployment: Deployment
) -> AsyncIterator[Stage]:
    """A stage whose Redis the test may stop."""
    process = ApiProcess(settings(database, own_redis.url, anvil, deployment))
    token = await begin(process)
    async with on_a_socket(process) as address:
        base = address.replace("ws://", "http://").removesuffix("/graphql")
        async with httpx.AsyncClient(base_url=base, timeout=30) as client:
            yield Stage(process, client, Caller(client, token), anvil.url, deployment)
    await process.stop()


def socket_address(stage: Stage) -> str:
    return str(stage.client.base_url).replace("http://", "ws://").rstrip("/") + "/graphql"


async def test_redis_stops_for_a_moment(fragile: Stage, own_redis: Redis) -> None:
    await without_redis(fragile, own_redis, socket_address(fragile), seconds=1, readers=3)


@pytest.mark.long
async def test_redis_stops_for_ten_seconds_under_load(fragile: Stage, own_redis: Redis) -> None:
    await without_redis(fragile, own_redis, socket_address(fragile), seconds=10, readers=50)


@pytest.mark.parametrize(
    "forgotten",
    [
        "UPDATE event_feed SET kept_from = (SELECT max(position) FROM event)",
        "UPDATE event_feed SET epoch = epoch + 1",
    ],
)
async def test_a_cursor_older_than_what_is_kept_has_expired(
    stage: Stage, url: str, database: Database, forgotten: str
) -> None:
    program = await stage.program()
    start = await cursor_of(program)
    await affiliate_names(program, 2)
    async with asyncio.timeout(15):
        while await cursor_of(program) == start:  # noqa: ASYNC110  the feed has no event for it
            await asyncio.sleep(0.05)
    connection = await asyncpg.connect(database.superuser_dsn)
    await connection.execute(forgotten)
    await connection.close()
    async with initialised(url, program.token) as socket:
        await socket.subscribe("e", EVENTS, program=program.id, after=start)
        message = await socket.receive()
        if message["type"] == "next":  # the CURSOR event that comes first
            message = await socket.receive()
        assert message["payload"][0]["extensions"]["code"] == "CURSOR_EXPIRED"
