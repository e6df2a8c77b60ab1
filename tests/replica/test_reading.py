"""What a replica may answer: old enough states to others, never one from before what the caller wrote or saw."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.processes.reading.read_metrics import READS
from tests.api.caller import OwnProgram, Stage
from tests.api.live import EVENTS, cursor_of, next_event, on_a_socket
from tests.api.test_live_state import CANCEL, INTENT, data_of, registration
from tests.replica.conftest import Pair, StartProcess
from tests.transport.ws_client import Socket, initialised, opened

NAMES = "query ($slug: String!) { program(slug: $slug) { eventCursor affiliates { nodes { referralCode } } } }"
REGISTER = """mutation ($program: ID!, $wallet: Address!, $code: String!) {
  registerAffiliate(input: {programId: $program, wallet: $wallet, referralCode: $code}) { userErrors { code } } }"""
SOON_SECONDS = 5.2


def answered() -> tuple[float, float]:
    """Reads of the replica and of the primary so far."""
    return tuple(READS.labels(server)._value.get() for server in ("replica", "primary"))  # type: ignore[return-value]


async def codes(program: OwnProgram, position: str | None = None) -> tuple[set[str], str]:
    """The affiliates that a list shows, and which server answered it."""
    before = answered()
    headers = {"authorization": f"Bearer {program.token}"}
    if position is not None:
        headers["sge-position"] = position
    response = await program.client.post(
        "/graphql", json={"query": NAMES, "variables": {"slug": program.slug}}, headers=headers
    )
    body = response.json()
    assert "errors" not in body, body
    nodes = body["data"]["program"]["affiliates"]["nodes"]
    by_replica = answered()[0] > before[0]
    return {node["referralCode"] for node in nodes}, "replica" if by_replica else "primary"


async def register(program: OwnProgram, code: str) -> str:
    """Gives the position."""
    wallet = f"0x{int(code.encode().hex(), 16):040x}"
    given = {"program": program.id, "wallet": wallet, "code": code}
    answer = await program.answer(REGISTER, **given)
    assert answer["data"]["registerAffiliate"]["userErrors"] == []
    position: str = answer["extensions"]["position"]
    return position


async def reader_of(stage: Stage, program: OwnProgram) -> OwnProgram:
    """Another key of the same program, which this process has known for long enough."""
    token = await stage.key(program.id, ["READ"])
    other = OwnProgram(program.client, token, program.id, program.slug)
    await codes(other)
    await asyncio.sleep(SOON_SECONDS)
    return other


async def until_answered_by(server: str, program: OwnProgram) -> None:
    async with asyncio.timeout(10):
        while (await codes(program))[1] != server:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def until_replica_has(program: OwnProgram, position: str) -> None:
    """The replica answers a reader who saw the position."""
    async with asyncio.timeout(10):
        while (await codes(program, position))[1] != "replica":  # noqa: ASYNC110
            await asyncio.sleep(0.05)


@pytest.fixture
async def held(pair: Pair) -> AsyncIterator[None]:
    """Undoes what a test does to the replica."""
    yield
    pair.replica.go_on()
    await pair.catch_up()


@pytest.mark.usefixtures("held")
async def test_what_was_seen_shows(pair: Pair, stage: Stage) -> None:
    program = await stage.program()
    await until_replica_has(program, await register(program, "FIRST"))
    pair.replica.hold()
    position = await register(program, "SECOND")
    assert await codes(program, position) == ({"FIRST", "SECOND"}, "primary")
    pair.replica.go_on()
    # Each process looks by itself whether the replica has caught up.
    await until_replica_has(program, position)
    assert (await codes(program, position))[0] == {"FIRST", "SECOND"}


@pytest.mark.long
@pytest.mark.usefixtures("held")
async def test_a_caller_sees_its_own_writes_and_others_soon(
    pair: Pair, start_process: StartProcess
) -> None:
    stage = await start_process(replica_lag_seconds=3.0)
    program = await stage.program()
    position = await register(program, "FIRST")
    other = await reader_of(stage, program)
    assert await codes(other) == ({"FIRST"}, "replica")
    assert await codes(program, position) == ({"FIRST"}, "replica")
    pair.replica.hold()
    position = await register(program, "SECOND")
    # It wrote: of itself, without a position, and on another process the primary answers.
    assert await codes(program) == ({"FIRST", "SECOND"}, "primary")
    assert await codes(program, position) == ({"FIRST", "SECOND"}, "primary")
    assert await codes(other, position) == ({"FIRST", "SECOND"}, "primary")
    # Others may be told an old state, from which they miss nothing.
    assert await codes(other) == ({"FIRST"}, "replica")
    cursor = await cursor_of(other)
    async with on_a_socket(stage.process) as url, initialised(url, other.token) as socket:
        await socket.subscribe("e", EVENTS, program=program.id, after=cursor)
        event = await next_event(socket)
        assert event["name"] == "affiliate.registered"
    # Not for long: a replica that lags is not asked.
    await until_answered_by("primary", other)
    assert await codes(other) == ({"FIRST", "SECOND"}, "primary")
    pair.replica.go_on()
    await until_answered_by("replica", other)
    assert (await codes(other, position))[0] == {"FIRST", "SECOND"}


@pytest.mark.long
@pytest.mark.usefixtures("held")
async def test_another_process_knows_who_wrote(pair: Pair, start_process: StartProcess) -> None:
    stage, second = await start_process(), await start_process()
    program = await stage.program()
    there = OwnProgram(second.client, program.token, program.id, program.slug)
    await codes(there)
    await asyncio.sleep(SOON_SECONDS)
    await pair.catch_up()
    assert await codes(there) == (set(), "replica")
    pair.replica.hold()
    await register(program, "FIRST")
    assert await codes(there) == ({"FIRST"}, "primary")


@pytest.mark.usefixtures("held")
async def test_states_that_are_followed_are_the_newest(pair: Pair, stage: Stage) -> None:
    program = await stage.program()
    intent = await registration(program, 1)
    await pair.catch_up()
    async with on_a_socket(stage.process) as url, initialised(url, program.token) as socket:
        pair.replica.hold()
        await socket.subscribe("i", INTENT, id=intent)
        first = await data_of(socket, "intentStatus")
        await program.ask(CANCEL, id=intent)
        last = await data_of(socket, "intentStatus")
    assert (first["status"], last["status"]) == ("PENDING", "FAILED")


@pytest.mark.usefixtures("held")
async def test_a_socket_remembers_what_it_wrote(pair: Pair, stage: Stage) -> None:
    program = await stage.program()
    position = await register(program, "FIRST")
    async with on_a_socket(stage.process) as url, opened(url) as socket:
        payload = {"authorization": f"Bearer {program.token}", "position": position}
        await socket.send(type="connection_init", payload=payload)
        assert (await socket.receive())["type"] == "connection_ack"
        pair.replica.hold()
        wallet = f"0x{7:040x}"
        given = {"program": program.id, "wallet": wallet, "code": "SECOND"}
        written = await answer_of(socket, REGISTER, **given)
        assert written["extensions"]["position"] != position
        shown = await answer_of(socket, NAMES, slug=program.slug)
    nodes = shown["data"]["program"]["affiliates"]["nodes"]
    assert {node["referralCode"] for node in nodes} == {"FIRST", "SECOND"}


async def answer_of(socket: Socket, document: str, **variables: Any) -> dict[str, Any]:
    await socket.subscribe("one", document, **variables)
    message = await socket.receive()
    assert (await socket.receive())["type"] == "complete"
    payload: dict[str, Any] = message["payload"]
    return payload


@pytest.mark.parametrize("text", ["", "0/3000060", "AQAAAAEAAAAAAwAAYA==", "A" * 18])
async def test_what_is_no_position_is_refused(stage: Stage, text: str) -> None:
    headers = {"sge-position": text}
    response = await stage.client.post(
        "/graphql", json={"query": "{ __typename }"}, headers=headers
    )
    assert response.status_code == 400
    [error] = response.json()["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["argument"] == ["sge-position"]


async def test_a_socket_with_no_position_of_ours_is_closed(stage: Stage) -> None:
    async with on_a_socket(stage.process) as url, opened(url) as socket:
        await socket.send(type="connection_init", payload={"position": 7})
        code, reason = await socket.closed()
    assert code == 4400
    assert reason.startswith("position is not")


async def test_a_revoked_key_is_refused_whatever_the_replica_holds(
    pair: Pair, stage: Stage
) -> None:
    program = await stage.program()
    key = await program.ask("{ viewer { apiKey { id } } }")
    pair.replica.hold()
    revoke = "mutation ($id: ID!) { revokeApiKey(id: $id) { userErrors { code } } }"
    revoked = await program.ask(revoke, id=key["viewer"]["apiKey"]["id"])
    assert revoked["revokeApiKey"]["userErrors"] == []
    async with asyncio.timeout(5):
        while "errors" not in await program.answer("{ viewer { kind } }"):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    pair.replica.go_on()
