"""Limits on sockets: an operation that is over one is refused alone, and every result says what it cost."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.domain.rate_limits import Rate
from schema.transport.settings import TransportSettings
from tests.transport.conftest import Served, serving
from tests.transport.test_limits import Counted, caller, limits
from tests.transport.ws_client import initialised

COUNTER = 'subscription { counter(id: "a") { value } }'
SETTINGS = TransportSettings(
    limits=limits(key=caller(read=Rate(2, 100), subscribe=Rate(2, 100))), counts_requests=True
)


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    async with serving(SETTINGS, limiter=Counted()) as running:
        yield running


def refused(message: dict[str, Any]) -> dict[str, Any]:
    assert message["type"] == "error"
    extensions: dict[str, Any] = message["payload"][0]["extensions"]
    return extensions


async def test_an_operation_over_a_limit_is_refused_and_the_socket_stays(served: Served) -> None:
    async with initialised(served.ws) as socket:
        for identifier in ("a", "b"):
            await socket.subscribe(identifier, "{ hello }")
            answer = await socket.receive()
            assert answer["payload"]["extensions"]["cost"]["requested"] == 1
            assert (await socket.receive())["type"] == "complete"
        await socket.subscribe("c", "{ hello }")
        extensions = refused(await socket.receive())
        assert extensions["code"] == "RATE_LIMITED"
        assert 49 < extensions["retryAfterSeconds"] <= 50
        assert extensions["cost"] == {"requested": 1, "limit": 20, "remaining": 998}
        for identifier in ("d", "e"):
            await socket.subscribe(identifier, COUNTER)
            assert (await socket.receive())["type"] == "next"
        await socket.subscribe("f", COUNTER)
        assert refused(await socket.receive())["code"] == "RATE_LIMITED"
        await socket.send(type="ping")
        assert (await socket.receive())["type"] == "pong"


async def test_what_is_too_costly_or_no_document_says_its_cost_too(served: Served) -> None:
    async with initialised(served.ws) as socket:
        await socket.subscribe("a", "{ " + " ".join(f"a{n}: hello" for n in range(30)) + " }")
        extensions = refused(await socket.receive())
        assert extensions["code"] == "QUERY_TOO_COMPLEX"
        assert extensions["cost"] == {"requested": 30, "limit": 20, "remaining": 1000}
        await socket.subscribe("a", "{ unknown }")
        assert refused(await socket.receive())["cost"]["requested"] == 0


async def test_subscribers_share_a_payload_that_says_its_cost(served: Served) -> None:
    async with initialised(served.ws) as one, initialised(served.ws) as other:
        for socket in (one, other):
            await socket.subscribe("a", COUNTER)
            payload = (await socket.receive())["payload"]
            assert payload["extensions"]["cost"] == {"requested": 2, "limit": 20, "remaining": 998}
        served.runtime.store.add(entity_id="a")
        for socket in (one, other):
            assert "cost" in (await socket.receive())["payload"]["extensions"]


async def test_documents_that_are_new_to_a_process_are_rationed_on_sockets_too() -> None:
    few = TransportSettings(limits=limits(documents=Rate(30, 600)), counts_requests=True)
    async with serving(few, limiter=Counted()) as served, initialised(served.ws) as socket:
        for text in ("{ a: hello }", "{ b: hello }"):
            await socket.subscribe("a", text)
            assert (await socket.receive())["type"] == "next"
            assert (await socket.receive())["type"] == "complete"
        await socket.subscribe("a", "{ c: hello }")
        assert refused(await socket.receive())["code"] == "RATE_LIMITED"
        await socket.subscribe("a", "{ a: hello }")
        assert (await socket.receive())["type"] == "next"
