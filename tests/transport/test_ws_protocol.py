"""graphql-transport-ws: every close code, strict messages, and credentials that end."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transport.conftest import Served
from tests.transport.tiny_schema import SECRET_TEXT
from tests.transport.ws_client import initialised, opened

REVOKED = "This credential has expired, was revoked or lost rights."
MALFORMED = "The credential has another form than: Authorization: Bearer sge_…"


@pytest.mark.parametrize("protocol", [None, "graphql-ws", "other"])
async def test_another_subprotocol(served: Served, protocol: str | None) -> None:
    async with opened(served.ws, protocol=protocol) as socket:
        assert await socket.closed() == (4406, "Subprotocol not acceptable")


async def test_init_may_be_bare_null_or_an_object(served: Served) -> None:
    for rest in ({}, {"payload": None}, {"payload": {}}, {"payload": {"x": 1}}):
        async with opened(served.ws) as socket:
            assert socket.connection.subprotocol == "graphql-transport-ws"
            await socket.send(type="connection_init", **rest)
            assert await socket.receive() == {"type": "connection_ack"}


async def test_init_must_come_in_time(served: Served) -> None:
    async with opened(served.ws) as socket:
        assert await socket.closed() == (4408, "Connection initialisation timeout")


async def test_init_comes_once(served: Served) -> None:
    async with initialised(served.ws) as socket:
        await socket.send(type="connection_init")
        assert await socket.closed() == (4429, "Too many initialisation requests")


async def test_subscribing_before_the_acknowledgement(served: Served) -> None:
    async with opened(served.ws) as socket:
        await socket.subscribe("1", "{ hello }")
        reason = "Unauthorized: send connection_init and wait for connection_ack first"
        assert await socket.closed() == (4401, reason)


@pytest.mark.parametrize(
    ("authorization", "reason"),
    [
        ("Bearer sge_nobody", "This API key is not known, has expired or was revoked."),
        *((odd, MALFORMED) for odd in ("Basic x", "", 5, ["x"])),
    ],
)
async def test_wrong_credentials(served: Served, authorization: Any, reason: str) -> None:
    async with opened(served.ws) as socket:
        await socket.send(type="connection_init", payload={"authorization": authorization})
        assert await socket.closed() == (4403, reason)


async def test_a_store_that_fails_at_init(served: Served) -> None:
    async with opened(served.ws) as socket:
        payload = {"authorization": "Bearer sge_broken"}
        await socket.send(type="connection_init", payload=payload)
        assert await socket.closed() == (4500, "Internal server error")


async def test_the_http_header_is_a_credential_too(served: Served) -> None:
    headers = {"authorization": "Bearer sge_two"}
    async with opened(served.ws, additional_headers=headers) as socket:
        await socket.send(type="connection_init")
        await socket.receive()
        await socket.subscribe("1", "{ who }")
        answer = await socket.receive()
        assert answer["payload"]["data"] == {"who": "api_key:sge_two"}


async def test_a_revoked_credential_closes_its_sockets_only(served: Served) -> None:
    async with initialised(served.ws) as ours, initialised(served.ws, "sge_two") as theirs:
        await ours.subscribe("1", 'subscription { counter(id: "a") { value } }')
        await ours.receive()
        served.runtime.revoked.add("sge_one")
        assert await ours.closed() == (4403, REVOKED)
        await theirs.subscribe("1", "{ hello }")
        assert (await theirs.receive())["type"] == "next"


@pytest.mark.parametrize(
    "frame",
    [
        *["", "{", "null", "[]", "1", '"ping"', "{}", '{"type":"next"}', '{"type":5}'],
        *['{"type":"subscribe"}', '{"type":"subscribe","id":""}', '{"type":"complete"}'],
        *['{"type":"complete","id":5}', '{"type":"subscribe","id":"1","payload":null}'],
        *['{"type":"subscribe","id":"1","payload":{}}', '{"type":"ping","payload":5}'],
        '{"type":"subscribe","id":"1","payload":{"query":5}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{hello}","variables":[]}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{hello}","operationName":5}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{hello}","variables":{"a":NaN}}}',
        b'{"type":"ping"}',
        b"\xff",
        "[" * 60_000,
    ],
)
async def test_invalid_messages(served: Served, frame: Any) -> None:
    async with initialised(served.ws) as socket:
        await socket.connection.send(frame)
        code, reason = await socket.closed()
        assert code == 4400
        assert reason


async def test_a_message_that_is_too_large(served: Served) -> None:
    async with initialised(served.ws) as socket:
        await socket.connection.send(" " * (64 * 1024 + 1))
        assert (await socket.closed())[0] == 1009


async def test_pings_are_answered_with_their_payload(served: Served) -> None:
    async with opened(served.ws) as socket:
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}
        await socket.send(type="ping", payload={"a": 1})
        assert await socket.receive() == {"type": "pong", "payload": {"a": 1}}
        await socket.send(type="pong", payload={"b": 2})
        await socket.send(type="connection_init")
        assert await socket.receive() == {"type": "connection_ack"}


async def test_the_server_pings(served: Served) -> None:
    async with initialised(served.ws) as socket, asyncio.timeout(3):
        assert json.loads(await socket.connection.recv()) == {"type": "ping"}


async def test_an_id_in_use(served: Served) -> None:
    async with initialised(served.ws) as socket:
        await socket.subscribe("a", 'subscription { counter(id: "a") { value } }')
        await socket.subscribe("a", "{ hello }")
        assert await socket.closed() == (4409, "Subscriber for a already exists")


async def test_too_many_operations_refuse_only_the_last(served: Served) -> None:
    async with initialised(served.ws) as socket:
        for number in range(6):
            await socket.subscribe(str(number), 'subscription { counter(id: "a") { value } }')
        messages = [await socket.receive() for _ in range(6)]
        refused = [message for message in messages if message["type"] == "error"]
        assert [message["id"] for message in refused] == ["5"]
        assert refused[0]["payload"][0]["extensions"]["code"] == "RATE_LIMITED"


async def test_too_many_connections(served: Served) -> None:
    async with (
        initialised(served.ws),
        initialised(served.ws),
        initialised(served.ws),
        initialised(served.ws, "sge_two"),
        opened(served.ws) as fourth,
    ):
        payload = {"authorization": "Bearer sge_one"}
        await fourth.send(type="connection_init", payload=payload)
        assert await fourth.closed() == (1013, "Too many connections of this credential")
    async with initialised(served.ws):
        pass


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
