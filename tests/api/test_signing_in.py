"""Wallets over GraphQL: asked, signed in, listed, signed out, and gone within five seconds."""

import asyncio
import runpy
from typing import Any

import asyncpg
import pytest

from app.api_runtime import ApiProcess
from app.auth.login_challenge import LoginChallenges
from app.domain.ids import new_id
from schema.ids import IdPrefix, encode_id
from sge.embedded.project import PROJECT
from tests.api.caller import Caller, GraphQLFailed, Stage
from tests.api.live import on_a_socket
from tests.api.signed_in import LOGIN, asked, later, sign_in
from tests.fixtures.databases import Database
from tests.processes.signing_in import new_wallet, signed
from tests.transport.ws_client import initialised

SESSIONS = "{ viewer { kind sessions { id createdAt lastUsedAt expiresAt userAgent current } } }"
LOGOUT = "mutation { logout { loggedOut } }"
REVOKE = """mutation ($id: ID!) { revokeSession(id: $id) {
  session { id current } userErrors { code field } } }"""
AUDIT = """SELECT action, actor, target_id, before::text, after::text FROM audit
            WHERE action LIKE 'session.%' AND program_id = 0 ORDER BY id"""


async def sessions(caller: Caller) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await caller.ask(SESSIONS))["viewer"]["sessions"]
    return found


async def test_a_wallet_signs_in_and_is_shown_to_itself(
    stage: Stage, database: Database, capfd: pytest.CaptureFixture[str]
) -> None:
    caller = await sign_in(stage)
    viewer = caller.payload["viewer"]
    [shown] = viewer["sessions"]
    assert (viewer["kind"], shown["current"]) == ("WALLET", True)
    assert shown["userAgent"].startswith("python-httpx")
    assert shown["id"].startswith("ses_")
    [own] = await sessions(caller)
    assert (own["id"], own["expiresAt"]) == (shown["id"], caller.payload["expiresAt"])
    owner = await asyncpg.connect(database.dsn())
    [entry] = await owner.fetch(AUDIT)
    await owner.close()
    assert (entry["action"], entry["actor"]) == (
        "session.created",
        f"wallet:{caller.wallet.address}",
    )
    assert caller.token is not None
    assert caller.token.removeprefix("sgs_") not in str(dict(entry))
    assert caller.token.removeprefix("sgs_") not in "".join(capfd.readouterr())


async def test_asking_is_refused_by_argument(stage: Stage) -> None:
    nobody = Caller(stage.client, None)
    for changed, argument in (
        ({"uri": "https://evil.example"}, ["input", "uri"]),
        ({"chain": "1"}, ["input", "chainId"]),
        ({"wallet": "0x" + "0" * 40}, ["input", "wallet"]),
    ):
        with pytest.raises(GraphQLFailed) as failed:
            await asked(nobody, **({"wallet": new_wallet().address} | changed))
        assert failed.value.codes == ["BAD_USER_INPUT"]
        details = failed.value.errors[0]["extensions"]
        assert details["argument"] == argument
        served = ["31337"] if "chain" in changed else None
        assert details.get("servedChainIds") == served, "a wallet can be asked to go there"


async def test_a_refused_login_gives_nothing(stage: Stage) -> None:
    nobody, wallet = Caller(stage.client, None), new_wallet()
    text = (await asked(nobody, wallet.address))["message"]
    for message, by, code in (
        (text, new_wallet(), "INVALID_SIGNATURE"),
        (text + "\n", wallet, "INVALID_INPUT"),
        ("", wallet, "INVALID_INPUT"),
        (text.replace("Issued At: 2", "Issued At: 1"), wallet, "LOGIN_EXPIRED"),
    ):
        signature = f"0x{signed(by, message).hex()}"
        payload = (await nobody.ask(LOGIN, message=message, signature=signature))["login"]
        [error] = payload.pop("userErrors")
        assert error["code"] == code
        assert payload == {"token": None, "expiresAt": None, "viewer": None}


async def test_logging_out_ends_one_session(stage: Stage) -> None:
    first = await sign_in(stage)
    second = await sign_in(stage, first.wallet)
    assert [one["current"] for one in await sessions(second)] == [True, False]
    assert (await first.ask(LOGOUT))["logout"] == {"loggedOut": True}
    later(stage, 3)
    with pytest.raises(GraphQLFailed) as failed:
        await sessions(first)
    assert failed.value.codes == ["UNAUTHENTICATED"]
    assert [one["current"] for one in await sessions(second)] == [True]


async def test_a_wallet_revokes_its_own_sessions_and_nobody_elses(
    stage: Stage, database: Database
) -> None:
    mine, thief = await sign_in(stage), await sign_in(stage)
    other = await sign_in(stage, mine.wallet)
    [session_id] = [one["id"] for one in await sessions(mine) if one["current"]]
    unknown = encode_id(IdPrefix.SESSION, new_id())
    for caller, target in ((thief, session_id), (mine, unknown), (mine, "ses_1"), (mine, "")):
        payload = (await caller.ask(REVOKE, id=target))["revokeSession"]
        assert payload["userErrors"] == [{"code": "NOT_FOUND", "field": ["id"]}], target
    for _ in range(2):  # it names a state: what is revoked stays so, and is said once
        payload = (await other.ask(REVOKE, id=session_id))["revokeSession"]
        assert payload == {"session": {"id": session_id, "current": False}, "userErrors": []}
    shown = "query ($id: ID!) { node(id: $id) { __typename id } }"
    assert (await other.ask(shown, id=session_id))["node"]["__typename"] == "Session"
    assert (await thief.ask(shown, id=session_id))["node"] is None
    later(stage, 3)
    with pytest.raises(GraphQLFailed):
        await sessions(mine)
    assert len(await sessions(other)) == 1
    owner = await asyncpg.connect(database.dsn())
    actions = [row["action"] for row in await owner.fetch(AUDIT)]
    await owner.close()
    assert actions == ["session.created"] * 3 + ["session.revoked"]


async def test_who_is_no_wallet_has_no_sessions(stage: Stage) -> None:
    program, nobody = await stage.program(), Caller(stage.client, None)
    assert await sessions(program) == []
    for document in (LOGOUT, REVOKE.replace("$id: ID!", "$id: ID! = 1")):
        with pytest.raises(GraphQLFailed) as failed:
            await program.ask(document)
        assert failed.value.codes == ["FORBIDDEN"]
        with pytest.raises(GraphQLFailed) as failed:
            await nobody.ask(document)
        assert failed.value.codes == ["UNAUTHENTICATED"]


async def test_a_session_ends_with_its_time(stage: Stage) -> None:
    caller = await sign_in(stage)
    later(stage, 12 * 3600 - 1)
    assert len(await sessions(caller)) == 1
    later(stage, 2)
    with pytest.raises(GraphQLFailed) as failed:
        await sessions(caller)
    assert failed.value.codes == ["UNAUTHENTICATED"]


async def test_another_credential_keeps_what_it_was_sent_for(stage: Stage) -> None:
    """Signing in beside an API key shows the wallet, and what follows is still the key's."""
    program, wallet = await stage.program(), new_wallet()
    text = (await asked(program, wallet.address))["message"]
    document = LOGIN.rstrip()[:-1] + " logout { loggedOut } }"
    signature = f"0x{signed(wallet, text).hex()}"
    answer = await program.answer(document, message=text, signature=signature)
    assert answer["data"]["login"]["viewer"]["kind"] == "WALLET"
    assert answer["data"]["logout"] is None
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_the_documented_client_signs_in(stage: Stage) -> None:
    wallet = new_wallet()
    async with on_a_socket(stage.process) as url:
        address = url.replace("ws://", "http://").removesuffix("/graphql")
        challenges = LoginChallenges("a secret of this test, long enough for anybody", [address])
        stage.process.sign_ins._challenges = challenges
        example = runpy.run_path(str(PROJECT / "docs" / "examples" / "sign_in.py"))
        token = await asyncio.to_thread(example["sign_in"], address, wallet.key.hex(), 31337)
    assert len(await sessions(Caller(stage.client, token))) == 1


async def test_a_session_that_ends_takes_its_sockets_along(stage: Stage) -> None:
    """On another process too, within five seconds."""
    caller = await sign_in(stage)
    whole = ApiProcess(stage.process.runtime.settings)
    async with on_a_socket(whole, start=True) as url, initialised(url, caller.token) as socket:
        await caller.ask(LOGOUT)
        code, _ = await socket.closed(seconds=6)
    assert code == 4403
