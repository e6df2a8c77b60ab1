"""Subscriptions to states over real sockets: the state now, then the newest; ended when the credential is."""

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.api_runtime import ApiProcess
from tests.api.caller import CREATE_KEY, OwnProgram, Stage
from tests.api.live import EVENTS, on_a_socket
from tests.api.operations import CALLS
from tests.transport.ws_client import Socket, initialised

INTENT = "subscription ($id: ID!) { intentStatus(id: $id) { id status version failure { code } } }"
DASHBOARD = """subscription ($id: ID!) { programDashboard(programId: $id) {
  at intentsByStatus { status count } settledPerSecond queueDepth volumeToday { amount } ledgerBalanced openDiscrepancies
} }"""
SYSTEM = "subscription { systemStatus { health components { name health } } }"
CANCEL = 'mutation ($id: ID!) { cancelIntent(id: $id, reason: "no") { userErrors { code } } }'
REVOKE = "mutation ($id: ID!) { revokeApiKey(id: $id) { userErrors { code } } }"


@pytest.fixture
async def url(stage: Stage) -> AsyncIterator[str]:
    async with on_a_socket(stage.process) as address:
        yield address


async def registration(program: OwnProgram, number: int) -> str:
    """The id of a new intent."""
    names = {"program": program.id, "new_wallet": f"0x{number:040x}"}
    document = CALLS["Mutation.registerUser"].replace('"join"', f'"key {number}"') % names
    intent: str = (await program.ask(document))["registerUser"]["intent"]["id"]
    return intent


async def data_of(socket: Socket, field: str) -> Any:
    message = await socket.receive(10)
    assert message["type"] == "next", message
    return message["payload"]["data"][field]


async def test_an_intent_now_then_its_end(stage: Stage, url: str) -> None:
    program = await stage.program()
    intent = await registration(program, 101)
    async with initialised(url, program.token) as socket:
        await socket.subscribe("i", INTENT, id=intent)
        now = await data_of(socket, "intentStatus")
        assert (now["id"], now["status"], now["version"]) == (intent, "PENDING", 1)
        await program.ask(CANCEL, id=intent)
        end = await data_of(socket, "intentStatus")
        assert (end["status"], end["failure"]) == ("FAILED", {"code": "CANCELLED"})
        assert end["version"] > now["version"]
        assert await socket.receive() == {"id": "i", "type": "complete"}


async def test_an_intent_that_is_not_there(stage: Stage, url: str) -> None:
    program, other = await stage.program(), await stage.program()
    intent = await registration(other, 102)
    async with initialised(url, program.token) as socket:
        for id_ in (intent, "int_x", program.id):
            await socket.subscribe("i", INTENT, id=id_)
            message = await socket.receive()
            assert message["payload"][0]["extensions"]["code"] == "BAD_USER_INPUT"
            assert message["payload"][0]["extensions"]["argument"] == ["id"]


async def test_counters_follow_the_program(stage: Stage, url: str) -> None:
    program = await stage.program()
    async with initialised(url, program.token) as socket:
        await socket.subscribe("d", DASHBOARD, id=program.id)
        now = await data_of(socket, "programDashboard")
        assert (now["queueDepth"], now["ledgerBalanced"], now["openDiscrepancies"]) == (0, True, 0)
        await registration(program, 103)
        while (await data_of(socket, "programDashboard"))["queueDepth"] != 1:
            pass  # it may have told once more how things were
        await socket.subscribe("s", SYSTEM)
        while (message := await socket.receive(10))["id"] != "s":
            pass
        # No worker runs here, so nobody looks at the platform: that is told as well.
        assert message["payload"]["data"]["systemStatus"]["health"] == "DEGRADED"


async def test_events_show_nothing_internal_and_no_audit(stage: Stage, url: str) -> None:
    program = await stage.program()
    async with initialised(url, program.token) as socket:
        await socket.subscribe("e", EVENTS, program=program.id)
        assert (await data_of(socket, "programEvents"))["type"] == "CURSOR"
        await program.affiliate("SEEN")
        await registration(program, 104)
        seen = [await data_of(socket, "programEvents") for _ in range(2)]
    assert [event["name"] for event in seen] == ["affiliate.registered", "intent.accepted"]
    assert all("internal" not in event["data"] for event in seen)


async def test_a_revoked_key_loses_its_sockets_within_five_seconds(stage: Stage) -> None:
    program = await stage.program()
    whole = ApiProcess(stage.process.runtime.settings)
    made = await stage.platform.ask(
        CREATE_KEY, program=program.id, scopes=["READ"], key="to revoke"
    )
    key, token = made["createApiKey"]["apiKey"]["id"], made["createApiKey"]["secret"]
    async with on_a_socket(whole, start=True) as url, initialised(url, token) as socket:
        await socket.subscribe("e", EVENTS, program=program.id)
        await socket.receive()
        await program.ask(REVOKE, id=key)
        revoked_at = time.monotonic()
        code, _ = await socket.closed(seconds=8)
    assert code == 4403
    assert time.monotonic() - revoked_at < 8
