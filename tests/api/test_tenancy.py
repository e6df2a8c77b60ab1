"""Every operation with another program's things: told as if they were nowhere, and nothing changes."""

from typing import Any

import pytest

from tests.api.caller import Caller
from tests.api.conftest import deployment, filled, stage
from tests.api.live import on_a_socket
from tests.api.operations import CALLS
from tests.api.outsiders import close, codes, comparable, member, nowhere, outsiders
from tests.api.refusals import contents
from tests.api.scene import Scene
from tests.api.test_permissions import scene
from tests.processes.signing_in import new_wallet
from tests.transport.ws_client import initialised

__all__ = ["deployment", "filled", "scene", "stage"]

# What names nothing of a program's: seen as one's own.
OWN = {"Query.viewer", "Query.programs", "Query.systemStatus", "Subscription.systemStatus"}
TOLD = {"NOT_FOUND", "BAD_USER_INPUT"}


def named(operation: str, names: dict[str, str]) -> str:
    return CALLS[operation] % names


def data_of(answer: dict[str, Any]) -> list[Any]:
    """What an answer shows beside errors: nothing, when all is well."""
    shown = [value for value in (answer.get("data") or {}).values() if value not in (None, [None])]
    return [
        value
        for one in shown
        for name, value in (one if isinstance(one, dict) else {"": one}).items()
        if name != "userErrors" and value not in (None, False, [])
    ]


@pytest.fixture
async def closed(scene: Scene) -> Scene:
    await close(scene)
    return scene


async def test_what_is_elsewhere_is_told_like_what_is_nowhere(closed: Scene) -> None:
    callers, missing = await outsiders(closed), nowhere(closed.names)
    before = await contents(closed.owner)
    for who, caller in callers.items():
        for operation in CALLS:
            if not operation.startswith("Subscription."):
                there = await caller.answer(named(operation, closed.names))
                gone = await caller.answer(named(operation, missing))
                told = comparable(there, closed.names)
                assert told == comparable(gone, missing), (who, operation)
                if operation not in OWN:
                    assert data_of(there) == [], (who, operation)
                    assert codes(there) <= {*TOLD, "FORBIDDEN"}, (who, operation)
    assert await contents(closed.owner) == before


async def test_subscriptions_tell_nothing_of_what_is_elsewhere(closed: Scene) -> None:
    callers, missing = await outsiders(closed), nowhere(closed.names)
    before = await contents(closed.owner)
    async with on_a_socket(closed.stage.process) as url:
        for who, caller in callers.items():
            async with initialised(url, caller.token) as socket:
                for operation in sorted(CALLS.keys() - OWN):
                    if operation.startswith("Subscription."):
                        answers = []
                        for names in (closed.names, missing):
                            await socket.subscribe("one", named(operation, names))
                            answers.append(comparable(await socket.receive(), names))
                        assert answers[0] == answers[1], (who, operation)
                        assert answers[0]["type"] == "error", (who, operation)
    assert await contents(closed.owner) == before


@pytest.mark.parametrize("role", ["CLIENT", "AFFILIATE"])
async def test_who_runs_another_program_is_here_what_it_is_here(closed: Scene, role: str) -> None:
    """A wallet with every role in two other programs, and a role here: its rights there open nothing here."""
    stage = closed.stage
    here = {
        program.id: (program, (role,))
        for program in {one.id: one for one in map(closed.program_of, CALLS)}.values()
    }
    others = [await stage.program() for _ in range(2)]
    there = {other.id: (other, ("ADMIN", "CLIENT", "AFFILIATE")) for other in others}
    plain, powerful = await member(closed, here), await member(closed, {**there, **here})
    before = await contents(closed.owner)
    for operation in sorted(CALLS.keys() - OWN):
        if not operation.startswith("Subscription."):
            document = named(operation, closed.names)
            less, more = [await each.answer(document) for each in (plain, powerful)]
            refused = codes(less) | codes(more)
            assert refused <= {*TOLD, "FORBIDDEN"}, operation
            if codes(less) == {"FORBIDDEN"} != codes(more):
                # Refused before anything is looked at, or after it was found out where it is.
                assert codes(more) <= TOLD, operation
            else:
                assert comparable(less, {}) == comparable(more, {}), operation
            assert operation == "Query.program" or data_of(more) == [], operation
    assert await contents(closed.owner) == before


MIXED = {
    "parentId": "affiliates(filter: {parentId: %(affiliate)s}) { nodes { id } }",
    "search": "affiliates(filter: {search: %(own_wallet)s}) { nodes { id } }",
    "userId": "intents(filter: {userId: %(user)s}) { nodes { id } }",
    "wallet": "intents(filter: {wallet: %(user_wallet)s}) { nodes { id } }",
    "affiliateId": "commissions(filter: {affiliateId: %(terminated)s}) { nodes { id } }",
    "ownerId": "ledgerAccounts(ownerId: %(terminated)s) { nodes { id } }",
    "reference": "ledgerTransactions(filter: {reference: %(intent)s}) { nodes { id } }",
}
NAMED_IN_OWN = {
    "user by wallet": "{ user(by: {programId: %(own)s, wallet: %(user_wallet)s}) { id } }",
    "affiliate by wallet": "{ affiliate(by: {wallet: {programId: %(own)s, wallet: %(own_wallet)s}}) { id } }",
    "affiliate by code": '{ affiliate(by: {referralCode: {programId: %(own)s, referralCode: "OTHER"}}) { id } }',
    "intent by key": '{ intent(by: {idempotencyKey: {programId: %(own)s, idempotencyKey: "failed"}}) { id } }',
    "a batch replaced": """mutation { createPayoutBatch(programId: %(own)s, currency: "USDC", replaces: %(batch)s,
        idempotencyKey: "b") { payoutBatch { id } userErrors { code } } }""",
    "a parent's code": """mutation { registerAffiliate(input: {programId: %(own)s, wallet: %(new_wallet)s,
        referralCode: "MINE", parentReferralCode: "OTHER"}) { affiliate { id } userErrors { code } } }""",
    "a new parent's code": """mutation { moveAffiliate(id: %(mine)s, to: {referralCode: "OTHER"}, reason: "why") {
        affiliate { id } userErrors { code } } }""",
    "an export's filter": """mutation { createExport(programId: %(own)s, kind: PAYOUT_BATCH,
        filter: {batchId: %(batch)s}) { url userErrors { code } } }""",
    "whose statement": """mutation { createExport(programId: %(own)s, kind: STATEMENT,
        filter: {affiliateId: %(affiliate)s, currency: "USDC", from: "2026-11-01T00:00:00Z",
                 to: "2026-12-01T00:00:00Z"}) { url userErrors { code } } }""",
}
REFERRED = """mutation ($program: ID!, $wallet: Address!, $code: String!) {
  registerUser(input: {programId: $program, wallet: $wallet, referralCode: $code, idempotencyKey: $code}) {
    intent { referralCode user { referredBy { id } } } warnings { code } userErrors { code } } }"""
USER = '{ user(by: {programId: "%(program)s", wallet: "%(user_wallet)s"}) { id } }'


async def test_things_of_another_program_named_in_ones_own(closed: Scene) -> None:
    """A program's own rows with another's ids beside them: by its key, and by an ADMIN of two programs."""
    own = await closed.stage.program()
    second = await closed.stage.program()
    runs = {place.id: (place, ("ADMIN",)) for place in (own, second)}
    mine = await own.affiliate("FIRST")
    user = (await closed.program.ask(USER % closed.names))["user"]["id"]
    names = closed.names | {"own": own.id, "mine": mine["id"], "user": user}
    missing = nowhere(closed.names) | {"own": own.id, "mine": mine["id"], "user": user[:-1] + "0"}
    admin = await member(closed, runs)
    await _mixed(own, names, missing, own.slug)
    await _mixed(admin, names, missing, own.slug)
    other, none = [
        await own.ask(REFERRED, program=own.id, wallet=new_wallet().address, code=code)
        for code in ("OTHER", "NOBODY")
    ]
    assert comparable(other, {"code": "OTHER"}) == comparable(none, {"code": "NOBODY"})


async def _mixed(caller: Caller, names: dict[str, str], missing: dict[str, str], slug: str) -> None:
    quoted, gone = [{name: f'"{text}"' for name, text in each.items()} for each in (names, missing)]
    for what, field in MIXED.items():
        document = f'{{ program(slug: "{slug}") {{ {field} }} }}'
        there, nothing = (
            await caller.answer(document % quoted),
            await caller.answer(document % gone),
        )
        [listed] = there["data"]["program"].values()
        assert listed["nodes"] == [], what
        assert there == nothing | {"extensions": there["extensions"]}, what
    for what, document in NAMED_IN_OWN.items():
        there, nothing = (
            await caller.answer(document % quoted),
            await caller.answer(document % gone),
        )
        assert data_of(there) == [], (what, there)
        assert comparable(there, names) == comparable(nothing, missing), what
        assert "FORBIDDEN" not in codes(there), what
