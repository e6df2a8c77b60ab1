"""Messages that are none of graphql-transport-ws's: a close code with a reason, never 1006."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transport.conftest import SETTINGS, Served, serving
from tests.transport.raw_socket import (
    CLOSE,
    CONTINUATION,
    INIT,
    PING,
    TEXT,
    frame,
    raw_socket,
)
from tests.transport.tiny_schema import SECRET_TEXT
from tests.transport.ws_client import initialised, opened


def subscribing(**payload: Any) -> str:
    return json.dumps({"id": "1", "type": "subscribe", "payload": payload})


@pytest.mark.parametrize(
    "message",
    [
        *[
            "",
            " ",
            "{",
            "null",
            "[]",
            "[{}]",
            "1",
            "true",
            '"ping"',
            "{}",
            "NaN",
            "\x00",
            "\ufeff{}",
        ],
        *['{"type":null}', '{"type":5}', '{"type":["ping"]}', '{"type":""}', '{"type":"PING"}'],
        *['{"type":"next","id":"1","payload":{}}', '{"type":"error","id":"1","payload":[]}'],
        *['{"type":"connection_ack"}', '{"type":"start","id":"1","payload":{"query":"{hello}"}}'],
        *['{"type":"connection_init","payload":[]}', '{"type":"connection_init","payload":"x"}'],
        *['{"type":"ping","payload":5}', '{"type":"pong","payload":[]}', '{"type":"ping"} {}'],
        *['{"type":"complete"}', '{"type":"complete","id":5}', '{"type":"complete","id":""}'],
        *['{"type":"complete","id":null}', '{"type":"complete","id":["1"]}'],
        *['{"type":"subscribe"}', '{"type":"subscribe","id":"1"}', '{"type":"subscribe","id":""}'],
        '{"type":"subscribe","payload":{"query":"{hello}"}}',
        '{"type":"subscribe","id":1,"payload":{"query":"{hello}"}}',
        '{"type":"subscribe","id":null,"payload":{"query":"{hello}"}}',
        '{"type":"subscribe","id":"' + "x" * 257 + '","payload":{"query":"{hello}"}}',
        '{"type":"subscribe","id":"1","payload":null}',
        '{"type":"subscribe","id":"1","payload":[]}',
        '{"type":"subscribe","id":"1","payload":"{hello}"}',
        *[subscribing(), subscribing(query=5), subscribing(query=None), subscribing(query="")],
        *[subscribing(query=["{hello}"]), subscribing(query="{hello}", variables=[])],
        *[subscribing(query="{hello}", variables="{}"), subscribing(query="{hello}", extensions=1)],
        *[
            subscribing(query="{hello}", operationName=5),
            subscribing(query="{hello}", extensions=[]),
        ],
        *[subscribing(query="{hello}", variables={"a": value}) for value in (float("nan"), 1e400)],
        subscribing(query="{hello}", variables={"a": "\x00"}),
        '{"type":"ping","payload":{"a":"\\ud800"}}',
        *["[" * 60_000, '{"a":' * 10_000, '{"type":"ping","payload":' + "[" * 2_000],
        *[b'{"type":"ping"}', b"", b"\xff"],
    ],
)
async def test_a_wrong_message(served: Served, message: Any) -> None:
    async with initialised(served.ws) as socket:
        await socket.connection.send(message)
        code, reason = await socket.closed()
        assert code == 4400
        assert reason


async def test_a_wrong_message_before_init(served: Served) -> None:
    async with opened(served.ws) as socket:
        await socket.connection.send("[]")
        assert await socket.closed() == (4400, "Message is not a JSON object")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (" " * (64 * 1024 + 1), 1009),
        ([" " * 40_000, " " * 40_000], 1009),
        (" " * 64 * 1024, 4400),
    ],
)
async def test_a_message_that_is_too_large(served: Served, message: Any, code: int) -> None:
    async with initialised(served.ws) as socket:
        await socket.connection.send(message)
        assert (await socket.closed())[0] == code


async def test_the_largest_message(served: Served) -> None:
    message = subscribing(query="{ hello }")
    async with initialised(served.ws) as socket:
        await socket.connection.send(message + " " * (64 * 1024 - len(message)))
        assert (await socket.receive())["payload"]["data"] == {"hello": "hello you"}


async def test_variables_that_nest_end_their_operation_only(served: Served) -> None:
    deep: Any = "x"
    for _ in range(500):
        deep = [deep]
    asking = "query($v: JSON) { echo(value: $v) }"
    async with initialised(served.ws) as socket:
        await socket.connection.send(subscribing(query=asking, variables={"v": deep}))
        error = await socket.receive()
        assert error["type"] == "error"
        assert error["payload"][0]["extensions"]["code"] == "QUERY_TOO_COMPLEX"
        await socket.subscribe("q", "{ hello }")
        assert (await socket.receive())["type"] == "next"


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (frame(TEXT, b"\xff\xfe"), 1007),
        (frame(TEXT, b'{"type":"ping","x":"\xed\xa0\x80"}'), 1007),
        (frame(TEXT, b"\xc3", last=False) + frame(CONTINUATION, b"("), 1007),
        (frame(3, b"x"), 1002),
        (frame(CONTINUATION, b"x"), 1002),
        (frame(TEXT, b"{", last=False) + frame(TEXT, b"}"), 1002),
        (frame(PING, b"x" * 126), 1002),
        (b"\x81\x02{}", 1002),
        (frame(CLOSE, b"\x03\xe8"), 1000),
        (frame(CLOSE, b"\x11\x94"), 4500),
    ],
    ids=str,
)
async def test_frames_that_are_no_messages(served: Served, frames: bytes, code: int) -> None:
    async with raw_socket(served.port) as socket:
        await socket.send(frame(TEXT, INIT) + frames)
        assert await socket.closed() == code


KEYS = st.sampled_from(["type", "id", "payload", "query", "variables", "x"])
VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.sampled_from(["ping", "subscribe", "{"]),
    lambda inner: st.dictionaries(KEYS, inner, max_size=4) | st.lists(inner, max_size=3),
    max_leaves=6,
)


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    frames=st.lists(
        st.one_of(
            st.text(max_size=30),
            st.binary(max_size=30),
            st.dictionaries(KEYS, VALUES, max_size=4).map(json.dumps),
            st.fixed_dictionaries(
                {
                    "type": st.sampled_from(
                        ["connection_init", "ping", "pong", "subscribe", "complete", "next"]
                    )
                },
                optional={"id": VALUES, "payload": VALUES},
            ).map(json.dumps),
        ),
        max_size=5,
    )
)
async def test_no_frames_break_the_server(served: Served, frames: list[Any]) -> None:
    async with opened(served.ws) as socket:
        for frame in frames:
            await socket.connection.send(frame)
        await socket.send(type="connection_init")
        code = 0
        try:
            while (await socket.receive())["type"] != "connection_ack":
                pass
        except Exception:  # noqa: BLE001
            code, reason = await socket.closed()
            assert SECRET_TEXT not in reason
        assert code in {0, 4400, 4401, 4403, 4409, 4429}


FRAMES = st.builds(
    frame,
    st.integers(0, 15),
    st.binary(max_size=40) | st.sampled_from([INIT, b'{"type":"ping"}', b'{"type":"subscribe"}']),
    last=st.booleans(),
)


@pytest.fixture
async def impatient() -> AsyncIterator[Served]:
    """What has nothing wrong in it, and no more to come, is closed soon."""
    async with serving(replace(SETTINGS, connection_init_seconds=0.05)) as running:
        yield running


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(frames=st.lists(FRAMES | st.binary(max_size=20), max_size=6))
async def test_no_bytes_end_a_socket_without_a_code(impatient: Served, frames: list[bytes]) -> None:
    async with raw_socket(impatient.port) as socket:
        await socket.send(b"".join(frames))
        try:
            assert await socket.closed() >= 1000
        except asyncio.IncompleteReadError:
            pytest.fail("ended without a close frame")
