"""Who may connect and how many: origins, counts by address and caller, the pace of messages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from websockets import InvalidStatus

from app.domain.permissions import ApiScope
from schema.transport.settings import TransportSettings
from schema.transport.ws_connection import Connection
from tests.transport.conftest import Served, serving
from tests.transport.ws_client import Socket, initialised, opened

COUNTER = 'subscription { counter(id: "a") { value } }'
SETTINGS = TransportSettings(
    cors_origins=("https://shop.example",),
    public_url="https://Settle.example:8443/",
    recheck_credentials_seconds=0.1,
    connections=5,
    anonymous_connections=3,
    anonymous_connections_per_address=2,
    subscriptions_per_caller=3,
    messages_per_second=50,
    messages_at_once=20,
)


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    async with serving(SETTINGS) as running:
        yield running


async def refusal(url: str, **headers: str) -> int:
    """The status of a handshake that is refused."""
    with pytest.raises(InvalidStatus) as refused:
        async with opened(url, additional_headers=headers):
            pass
    return refused.value.response.status_code


@pytest.mark.parametrize(
    "origin",
    ["https://shop.example", "https://settle.example:8443", "http://127.0.0.1:{port}"],
)
async def test_pages_that_may_connect(served: Served, origin: str) -> None:
    headers = {"origin": origin.format(port=served.port)}
    async with opened(served.ws, additional_headers=headers) as socket:
        await socket.send(type="connection_init")
        assert (await socket.receive())["type"] == "connection_ack"


@pytest.mark.parametrize(
    "origin",
    [
        *["null", "", "https://evil.example", "https://shop.example.evil.example", "//", "http://"],
        *["https://shop.example:444", "http://shop.example", "https://shop.example/", "file://"],
        *["https://settle.example", "http://127.0.0.1", "http://x@127.0.0.1:{port}"],
        *["http://[", "https://[::1", "http://[x]", "ftp://127.0.0.1:{port}"],
        "https://shop.example, https://evil.example",
    ],
)
async def test_pages_that_may_not_connect(served: Served, origin: str) -> None:
    assert await refusal(served.ws, origin=origin.format(port=served.port)) == 403


async def test_two_origins_are_none(served: Served) -> None:
    headers = [("origin", "https://shop.example"), ("origin", "https://evil.example")]
    with pytest.raises(InvalidStatus) as refused:
        async with opened(served.ws, additional_headers=headers):
            pass
    assert refused.value.response.status_code == 400  # by the websockets library already


async def test_strangers_are_counted_by_address_from_the_handshake_on(served: Served) -> None:
    async with opened(served.ws), initialised(served.ws, None):
        assert await refusal(served.ws) == 429
    async with initialised(served.ws, None):
        pass


async def test_who_has_shown_a_credential_is_no_stranger(served: Served) -> None:
    async with AsyncExitStack() as sockets:
        for _ in range(5):
            await sockets.enter_async_context(initialised(served.ws))
        assert await refusal(served.ws) == 503
    async with initialised(served.ws):
        assert served.sockets._admission.connections == 1


def scopes_of(connection: Connection) -> frozenset[ApiScope]:
    assert connection.caller is not None
    [authority] = connection.caller.authorities
    return authority.scopes


async def results(socket: Socket, count: int) -> list[str]:
    return sorted([(await socket.receive())["type"] for _ in range(count)])


async def test_operations_of_a_caller_on_all_of_its_sockets(served: Served) -> None:
    async with initialised(served.ws) as one, initialised(served.ws) as two:
        for socket in (one, two):
            for name in ("a", "b"):
                await socket.subscribe(name, COUNTER)
            expected = ["next", "next"] if socket is one else ["error", "next"]
            assert await results(socket, 2) == expected
        async with initialised(served.ws, "sge_two") as other:
            await other.subscribe("a", COUNTER)
            assert await results(other, 1) == ["next"]
        await one.send(id="a", type="complete")
        await served.until_open(2)
        await two.subscribe("c", COUNTER)
        assert await results(two, 1) == ["next"]
        assert not served.sockets._admission.operations[("api_key:sge_two", None)]


async def test_who_sends_too_fast_is_read_more_slowly(served: Served) -> None:
    async with initialised(served.ws) as socket:
        started = asyncio.get_running_loop().time()
        for _ in range(60):
            await socket.send(type="ping")
        assert await results(socket, 60) == ["pong"] * 60
        # 20 at once, and fifty a second.
        assert 0.75 < asyncio.get_running_loop().time() - started < 8.0


async def test_more_rights_keep_the_socket_and_are_used(served: Served) -> None:
    async with initialised(served.ws) as socket:
        await socket.subscribe("a", COUNTER)
        await socket.receive()
        served.runtime.scopes |= {ApiScope.MANAGE_PROGRAM}
        (connection,) = served.sockets._connections
        async with asyncio.timeout(10):
            while scopes_of(connection) != {ApiScope.READ, ApiScope.MANAGE_PROGRAM}:  # noqa: ASYNC110  nobody tells
                await asyncio.sleep(0.01)
        served.runtime.store.add(entity_id="a")
        assert (await socket.receive())["payload"]["data"] == {"counter": {"value": 1}}
        served.runtime.scopes = frozenset({ApiScope.MANAGE_PROGRAM})
        assert (await socket.closed())[0] == 4403


async def test_a_look_that_fails_is_not_the_last(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with initialised(served.ws) as socket, initialised(served.ws, "sge_two"):
        (bad,) = (each for each in served.sockets._connections if each.token == "sge_two")
        monkeypatch.setattr(bad, "caller", "none that could be compared")
        await asyncio.sleep(0.3)
        served.runtime.revoked.add("sge_one")
        assert (await socket.closed())[0] == 4403


async def test_while_the_store_is_away_the_clock_ends_sockets(served: Served) -> None:
    async with initialised(served.ws) as ours, initialised(served.ws, "sge_two") as theirs:
        served.runtime.look_ups_fail = True
        served.runtime.expired.add("sge_one")
        assert (await ours.closed())[0] == 4403
        await theirs.send(type="ping")
        assert (await theirs.receive())["type"] == "pong"


async def test_a_look_up_that_hangs_holds_up_no_other(served: Served) -> None:
    async with initialised(served.ws) as ours, initialised(served.ws, "sge_two") as theirs:
        served.runtime.hanging.add("sge_one")
        served.runtime.revoked.add("sge_two")
        assert (await theirs.closed())[0] == 4403
        await ours.subscribe("a", "{ hello }")
        assert await results(ours, 2) == ["complete", "next"]


def test_what_clients_are_promised() -> None:
    promised = TransportSettings()
    assert (promised.connection_init_seconds, promised.ping_seconds) == (5, 15)
    assert promised.maximum_message_bytes == 65_536
    # The authenticator keeps an answer for 2 s; beside both there is time for one look-up.
    assert promised.recheck_credentials_seconds + 2 < 5
