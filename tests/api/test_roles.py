"""What wallets are in programs: granted, shown, taken back, and gone within five seconds."""

import asyncio
from typing import Any

import asyncpg
import pytest

from app.api_runtime import ApiProcess
from tests.api.caller import Caller, GraphQLFailed, OwnProgram, Stage
from tests.api.live import on_a_socket
from tests.api.signed_in import SignedIn, later, sign_in
from tests.fixtures.databases import Database
from tests.processes.signing_in import new_wallet
from tests.transport.ws_client import initialised

CHANGE = """mutation ($program: ID!, $wallet: Address!, $role: Role!) {
  change: %s(programId: $program, wallet: $wallet, role: $role) { program { id } userErrors { code field } } }"""
MEMBERS = """query ($slug: String!, $role: Role, $first: Int! = 50, $after: String) { program(slug: $slug) {
  members(role: $role, first: $first, after: $after) {
    nodes { wallet roles grantedBy } totalCount { value } pageInfo { endCursor hasNextPage } } } }"""
VIEWER = """{ viewer { kind wallet operator memberships { totalCount { value } nodes {
  roles program { slug } affiliate { referralCode wallet } user { wallet } } } } }"""
PAGE = """query ($first: Int!, $after: String) { viewer { memberships(first: $first, after: $after) {
  nodes { program { slug } } pageInfo { endCursor hasNextPage } } } }"""
RENAME = """mutation ($program: ID!) { updateProgram(input: {programId: $program, name: "Renamed"}) {
  program { name } userErrors { code } } }"""
REGISTER = """mutation ($program: ID!, $wallet: Address!) {
  registerAffiliate(input: {programId: $program, wallet: $wallet, referralCode: "MINE"}) { userErrors { code } } }"""
JOIN = """mutation ($program: ID!, $wallet: Address!) {
  registerUser(input: {programId: $program, wallet: $wallet, idempotencyKey: "join"}) { userErrors { code } } }"""
DASHBOARD = "subscription ($program: ID!) { programDashboard(programId: $program) { at } }"
AUDIT = """SELECT action, actor, before::text, after::text FROM audit
            WHERE action LIKE 'program.role%' ORDER BY id"""
EVENTS = """SELECT name, version, data->>'role' FROM (
  SELECT name, version, data FROM event_outbox UNION ALL SELECT name, version, data FROM event) e
 WHERE name LIKE 'program.%' ORDER BY version"""


async def change(
    caller: Caller, what: str, program: str, wallet: str, role: str = "ADMIN"
) -> list[Any]:
    """The userErrors of grantRole or revokeRole."""
    asked = await caller.ask(CHANGE % what, program=program, wallet=wallet, role=role)
    errors: list[Any] = asked["change"]["userErrors"]
    return errors


async def admin_of(stage: Stage, **changed: Any) -> tuple[OwnProgram, SignedIn]:
    wallet = new_wallet()
    program = await stage.program(adminWallets=[wallet.address], **changed)
    return program, await sign_in(stage, wallet)


async def members(program: OwnProgram, **wanted: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await program.ask(MEMBERS, slug=program.slug, **wanted))["program"]
    return found["members"]  # type: ignore[no-any-return]


async def test_a_role_is_granted_once_and_taken_back_once(stage: Stage, database: Database) -> None:
    program, admin = await admin_of(stage)
    other = new_wallet().address
    for _ in range(2):
        assert await change(program, "grantRole", program.id, other) == []
        assert await change(admin, "grantRole", program.id, other, "CLIENT") == []
    shown = {one["wallet"]: one for one in (await members(program))["nodes"]}
    assert shown[other]["roles"] == ["ADMIN", "CLIENT"]
    assert shown[other]["grantedBy"].startswith("api_key:sge_")
    assert shown[admin.wallet.address]["roles"] == ["ADMIN"]
    for _ in range(2):
        assert await change(admin, "revokeRole", program.id, other) == []
    shown = {one["wallet"]: one for one in (await members(program))["nodes"]}
    assert shown[other]["roles"] == ["CLIENT"]
    assert shown[other]["grantedBy"] == f"wallet:{admin.wallet.address}"
    owner = await asyncpg.connect(database.dsn())
    entries, events = await owner.fetch(AUDIT), await owner.fetch(EVENTS)
    await owner.close()
    assert [(one["action"], one["before"], one["after"]) for one in entries] == [
        (
            f"program.role_{what}",
            f'{{"roles": [{before}], "wallet": "{other}"}}',
            f'{{"roles": [{after}], "wallet": "{other}"}}',
        )
        for what, before, after in (
            ("granted", "", '"ADMIN"'),
            ("granted", '"ADMIN"', '"ADMIN", "CLIENT"'),
            ("revoked", '"ADMIN", "CLIENT"', '"CLIENT"'),
        )
    ]
    assert entries[2]["actor"] == f"wallet:{admin.wallet.address}"
    assert [tuple(one) for one in events] == [
        ("program.created", 1, None),
        ("program.role_granted", 2, "ADMIN"),
        ("program.role_granted", 3, "CLIENT"),
        ("program.role_revoked", 4, "ADMIN"),
    ]


async def test_members_are_listed_by_role_and_page_to_those_who_see_everything(
    stage: Stage,
) -> None:
    program, admin = await admin_of(stage)
    for role in ("ADMIN", "CLIENT", "CLIENT"):
        await change(program, "grantRole", program.id, new_wallet().address, role)
    everybody = await members(program)
    assert everybody["totalCount"]["value"] == 4
    wallets = [one["wallet"] for one in everybody["nodes"]]
    first = await members(program, first=3)
    rest = await members(program, first=3, after=first["pageInfo"]["endCursor"])
    assert [one["wallet"] for one in first["nodes"] + rest["nodes"]] == wallets == sorted(wallets)
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    clients = await members(program, role="CLIENT")
    assert clients["totalCount"]["value"] == 2
    assert {role for one in clients["nodes"] for role in one["roles"]} == {"CLIENT"}
    client = new_wallet()
    await change(program, "grantRole", program.id, client.address, "CLIENT")
    for caller, sees in (
        (admin, True),
        (await sign_in(stage, client), False),
        (await sign_in(stage), False),
        (stage.platform, False),
    ):
        asked = await caller.ask(MEMBERS, slug=program.slug)
        assert (asked["program"]["members"] is not None) is sees


async def test_the_last_admin_stays_even_when_two_go_at_once(stage: Stage) -> None:
    program, admin = await admin_of(stage)
    own = admin.wallet.address
    last = [{"code": "LAST_ADMIN", "field": ["wallet"]}]
    assert await change(admin, "revokeRole", program.id, own) == last
    assert await change(program, "revokeRole", program.id, own) == last
    for _ in range(5):
        other = new_wallet().address
        await change(program, "grantRole", program.id, other)
        first, second = await asyncio.gather(
            change(program, "revokeRole", program.id, own),
            change(program, "revokeRole", program.id, other),
        )
        assert sorted([first, second], key=len) == [[], last]
        [left] = (await members(program, role="ADMIN"))["nodes"]
        own = left["wallet"]


async def test_what_a_wallet_registered_as_is_not_revoked(stage: Stage) -> None:
    program, wallet = await stage.program(), await sign_in(stage)
    own = wallet.wallet.address
    for document, role in ((REGISTER, "AFFILIATE"), (JOIN, "CLIENT")):
        await program.ask(document, program=program.id, wallet=own)
        assert await change(program, "grantRole", program.id, own, role) == []
        for _ in range(2):
            refused = await change(program, "revokeRole", program.id, own, role)
            assert refused == [{"code": "INVALID_STATE", "field": ["role"]}]
    assert (await members(program))["nodes"] == []
    later(stage, 3)
    [membership] = (await wallet.ask(VIEWER))["viewer"]["memberships"]["nodes"]
    assert membership == {
        "roles": ["AFFILIATE", "CLIENT"],
        "program": {"slug": program.slug},
        "affiliate": {"referralCode": "MINE", "wallet": own},
        "user": {"wallet": own},
    }


async def test_everybody_sees_where_it_is_somebody(stage: Stage) -> None:
    wallet = await sign_in(stage)
    own = wallet.wallet.address
    stranger = {"kind": "WALLET", "wallet": own, "operator": False}
    asked = (await wallet.ask(VIEWER))["viewer"]
    assert asked == stranger | {"memberships": {"totalCount": {"value": 0}, "nodes": []}}
    programs = [await stage.program() for _ in range(3)]
    for program in programs:
        await change(program, "grantRole", program.id, own, "CLIENT")
    later(stage, 3)
    first = (await wallet.ask(PAGE, first=2))["viewer"]["memberships"]
    rest = await wallet.ask(PAGE, first=2, after=first["pageInfo"]["endCursor"])
    nodes = first["nodes"] + rest["viewer"]["memberships"]["nodes"]
    assert [one["program"]["slug"] for one in nodes] == [program.slug for program in programs]
    of_key = (await programs[0].ask(VIEWER))["viewer"]
    assert (of_key["kind"], of_key["wallet"], of_key["operator"]) == ("API_KEY", None, False)
    [membership] = of_key["memberships"]["nodes"]
    assert membership["program"] == {"slug": programs[0].slug}
    assert (membership["roles"], membership["affiliate"], membership["user"]) == ([], None, None)
    of_platform = (await stage.platform.ask(VIEWER))["viewer"]["memberships"]
    assert of_platform == {"totalCount": {"value": 0}, "nodes": []}


async def test_a_revoked_role_acts_within_seconds_on_open_sockets_too(stage: Stage) -> None:
    """On another process, whose caches nobody told; the wallet stays signed in, and may come back as what it is."""
    program, admin = await admin_of(stage)
    await change(program, "grantRole", program.id, new_wallet().address)
    whole = ApiProcess(stage.process.runtime.settings)
    async with on_a_socket(whole, start=True) as url, initialised(url, admin.token) as socket:
        await socket.subscribe("live", DASHBOARD, program=program.id)
        assert (await socket.receive())["type"] == "next"
        own = admin.wallet.address
        assert await change(program, "grantRole", program.id, own, "CLIENT") == []
        assert await change(program, "revokeRole", program.id, own) == []
        code, _ = await socket.closed(seconds=5)
    assert code == 4403
    later(stage, 3)
    with pytest.raises(GraphQLFailed) as failed:
        await admin.ask(RENAME, program=program.id)
    assert failed.value.codes == ["FORBIDDEN"]
    said = "it is for API keys with MANAGE_PROGRAM and wallets that are ADMIN"
    assert said in failed.value.errors[0]["message"]
