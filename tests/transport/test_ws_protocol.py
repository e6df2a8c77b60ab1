"""graphql-transport-ws: every close code, strict messages, and credentials that end."""

import asyncio
import json
from typing import Any

import pytest

from schema.transport.settings import TransportSettings
from tests.transport.conftest import Served, serving
from tests.transport.ws_client import initialised, opened

REVOKED = "This credential has expired, was revoked or lost rights."
MALFORMED = "The credential has another form than: Authorization: Bearer sge_… or sgs_…"


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


async def test_init_must_come_in_time() -> None:
    settings = TransportSettings(connection_init_seconds=0.3)
    async with serving(settings) as served, opened(served.ws) as socket:
        assert await socket.closed() == (4408, "Connection initialisation timeout")


async def test_init_comes_once(served: Served) -> None:
    async with initialised(served.ws) as socket:
        await socket.send(type="connection_init")
        assert await socket.closed() == (4429, "Too many initialisation requests")


async def test_init_comes_once_even_before_it_is_answered(served: Served) -> None:
    async with opened(served.ws) as socket:
        served.runtime.hanging.add("sge_one")
        payload = {"authorization": "Bearer sge_one"}
        await socket.send(type="connection_init", payload=payload)
        await socket.send(type="connection_init", payload=payload)
        served.runtime.hanging.clear()
        served.runtime.released.set()
        assert await socket.closed() == (4429, "Too many initialisation requests")


async def test_subscribing_before_the_acknowledgement(served: Served) -> None:
    async with opened(served.ws) as socket:
        await socket.subscribe("1", "{ hello }")
        reason = "Unauthorized: send connection_init and wait for connection_ack first"
        assert await socket.closed() == (4401, reason)


@pytest.mark.parametrize(
    ("authorization", "reason"),
    [
        ("Bearer sge_nobody", "This credential is not known, has expired or was revoked."),
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
    async with initialised(served.ws) as socket, asyncio.timeout(10):
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


async def test_a_client_that_leaves_ends_its_operations(served: Served) -> None:
    async with initialised(served.ws) as socket:
        await socket.subscribe("c", 'subscription { counter(id: "a") { value } }')
        await socket.receive()
        await socket.connection.close(1000)
    async with asyncio.timeout(10):
        while served.sockets._connections:  # noqa: ASYNC110  there is no event for it
            await asyncio.sleep(0.01)
    assert not served.runtime.hub._watchers._by_topic
    assert not served.sockets._admission.operations


async def test_ids_that_are_not_open_are_no_error(served: Served) -> None:
    async with initialised(served.ws) as socket:
        await socket.send(id="never", type="complete")
        await socket.subscribe("q", "{ hello }")
        assert [(await socket.receive())["type"] for _ in range(2)] == ["next", "complete"]
        await socket.send(id="q", type="complete")
        await socket.subscribe("q", "{ hello }")
        assert (await socket.receive())["type"] == "next"


async def test_a_result_that_is_no_longer_wanted_is_not_sent(served: Served) -> None:
    async with initialised(served.ws) as socket:
        await socket.subscribe("slow", "{ slow(seconds: 0.6) }")
        await socket.send(id="slow", type="complete")
        with pytest.raises(TimeoutError):
            await socket.receive(0.8)


async def test_a_header_counts_when_the_payload_says_nothing(served: Served) -> None:
    headers = {"authorization": "Bearer sge_two"}
    async with opened(served.ws, additional_headers=headers) as socket:
        await socket.send(type="connection_init", payload={"authorization": None})
        await socket.receive()
        await socket.subscribe("1", "{ who }")
        assert (await socket.receive())["payload"]["data"] == {"who": "api_key:sge_two"}
