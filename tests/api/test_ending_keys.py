"""API keys that expire, are rotated or revoked: gone within five seconds in every process, open sockets included."""

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any

from app.api_runtime import ApiProcess
from app.processes.note_credential_uses import note_credential_uses
from tests.api.caller import Caller, OwnProgram, Stage
from tests.api.live import on_a_socket
from tests.transport.ws_client import Socket, initialised

CREATE = """mutation ($program: ID!, $key: String!, $expires: DateTime, $scopes: [ApiScope!]! = [READ]) {
  createApiKey(programId: $program, name: "ending", scopes: $scopes, idempotencyKey: $key, expiresAt: $expires) {
    secret apiKey { id expiresAt } userErrors { code field } } }"""
ROTATE = """mutation ($id: ID!, $overlap: Int!) {
  rotateApiKey(id: $id, overlapSeconds: $overlap, idempotencyKey: "rotate") {
    secret replayed apiKey { id name scopes expiresAt } userErrors { code field } } }"""
REVOKE = (
    "mutation ($id: ID!) { revokeApiKey(id: $id) { apiKey { revokedAt } userErrors { code } } }"
)
KEYS = "query ($slug: String!) { program(slug: $slug) { apiKeys { id lastUsedAt expiresAt revokedAt } } }"
DASHBOARD = "subscription ($program: ID!) { programDashboard(programId: $program) { at } }"
SECONDS = 2


async def made(program: OwnProgram, key: str, **given: Any) -> tuple[str, str]:
    """A new key's token and id."""
    payload = (await program.ask(CREATE, program=program.id, key=key, **given))["createApiKey"]
    assert payload["userErrors"] == []
    return payload["secret"], payload["apiKey"]["id"]


def soon(stage: Stage, seconds: float = SECONDS) -> str:
    return f"{stage.process.now() + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S.%fZ}"


async def shown(program: OwnProgram) -> dict[str, dict[str, Any]]:
    asked = await program.ask(KEYS, slug=program.slug)
    return {one["id"]: one for one in asked["program"]["apiKeys"]}


async def is_refused(stage: Stage, token: str) -> bool:
    answer = await Caller(stage.client, token).answer("{ viewer { kind } }")
    return [one["extensions"]["code"] for one in answer.get("errors", [])] == ["UNAUTHENTICATED"]


async def test_ended_keys_take_their_sockets_along(stage: Stage) -> None:
    """Another process than the one that ends them: nobody tells it."""
    program = await stage.program()
    kept, _ = await made(program, "kept")
    revoked, revoked_id = await made(program, "revoked")
    rotated, rotated_id = await made(program, "rotated")
    whole = ApiProcess(stage.process.runtime.settings)
    async with on_a_socket(whole, start=True) as url, AsyncExitStack() as stack:

        async def listening(token: str) -> Socket:
            socket = await stack.enter_async_context(initialised(url, token))
            await socket.subscribe("live", DASHBOARD, program=program.id)
            assert (await socket.receive())["type"] == "next"
            return socket

        going, *ending = [await listening(token) for token in (kept, revoked, rotated)]
        expiring, _ = await made(program, "expiring", expires=soon(stage))
        ending.append(await listening(expiring))
        asked = await program.ask(ROTATE, id=rotated_id, overlap=SECONDS)
        successor = await listening(asked["rotateApiKey"]["secret"])
        await program.ask(REVOKE, id=revoked_id)
        closed = await asyncio.gather(*(one.closed(seconds=SECONDS + 5) for one in ending))
        assert {code for code, _ in closed} == {4403}
        for socket in (going, successor):
            await socket.subscribe("again", "{ viewer { kind } }")
            while (await socket.receive())["id"] != "again":
                pass
    for token in (revoked, rotated, expiring):
        assert await is_refused(stage, token)
    for token in (kept, asked["rotateApiKey"]["secret"]):
        assert not await is_refused(stage, token)


async def test_rotation_lengthens_no_life(stage: Stage) -> None:
    program = await stage.program()
    end = soon(stage, 3600)
    _, id_ = await made(program, "one", expires=end, scopes=["READ", "MANAGE_PAYOUTS"])
    rotated = (await program.ask(ROTATE, id=id_, overlap=86_400))["rotateApiKey"]
    again = (await program.ask(ROTATE, id=id_, overlap=86_400))["rotateApiKey"]
    assert (again["secret"], again["replayed"]) == (None, True)
    assert again["apiKey"] == rotated["apiKey"]
    assert (rotated["apiKey"]["name"], set(rotated["apiKey"]["scopes"])) == (
        "ending",
        {"READ", "MANAGE_PAYOUTS"},
    )
    keys = await shown(program)
    ends = {keys[one]["expiresAt"] for one in (id_, rotated["apiKey"]["id"])}
    assert {datetime.fromisoformat(one) for one in ends} == {datetime.fromisoformat(end)}


async def test_the_last_use_is_shown(stage: Stage) -> None:
    program = await stage.program()
    token, id_ = await made(program, "used")
    assert (await shown(program))[id_]["lastUsedAt"] is None
    before = stage.process.now()
    await Caller(stage.client, token).ask("{ viewer { kind } }")
    process = stage.process
    uses = process.authenticator.take_uses()
    await note_credential_uses(process.runtime.database, process.bells, uses)
    used = datetime.fromisoformat((await shown(program))[id_]["lastUsedAt"])
    assert before <= used <= stage.process.now()


async def test_a_key_that_administers_makes_any_key_of_its_program_only(stage: Stage) -> None:
    """Decisions 0083 and 0158: MANAGE_PROGRAM is the administration; the platform's scope is not its to give."""
    program, other = await stage.program(), await stage.program()
    managing = Caller(stage.client, await stage.key(program.id, ["MANAGE_PROGRAM"]))
    for where, scopes, code in (
        (program.id, ["READ", "MANAGE_PAYOUTS", "WRITE_INTENTS", "MANAGE_AFFILIATES"], None),
        (program.id, ["PLATFORM"], "INVALID_INPUT"),
        (program.id, ["READ", "PLATFORM"], "INVALID_INPUT"),
        (None, ["PLATFORM"], "INVALID_INPUT"),
        (program.id, [], "INVALID_INPUT"),
        (other.id, ["READ"], "NOT_FOUND"),
    ):
        document = CREATE.replace("$program: ID!", "$program: ID")
        key = f"{where}{scopes}"
        asked = await managing.ask(document, program=where, key=key, scopes=scopes)
        errors = asked["createApiKey"]["userErrors"]
        assert [error["code"] for error in errors] == ([code] if code else []), scopes
        assert (asked["createApiKey"]["secret"] is None) is (code is not None)
