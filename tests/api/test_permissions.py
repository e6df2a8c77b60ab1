"""Who may start what: every root field against the table, for every kind of caller; a refusal changes nothing."""

from typing import Any

import asyncpg
import pytest

from app.chain.deploy import mint_test_usd
from app.domain.operations import OPERATIONS
from app.domain.permissions import ApiScope
from schema.ids import IdPrefix, decode_id, encode_id
from tests.api.batched import Batches
from tests.api.caller import ALL_SCOPES, Caller, Stage
from tests.api.filled import FilledProgram
from tests.api.live import on_a_socket
from tests.api.operations import CALLS
from tests.api.paying import paying_program
from tests.api.scene import Scene
from tests.api.walking import GRAPHQL
from tests.contracts.gateway_chain import DEPLOYER_KEY
from tests.transport.ws_client import initialised

NAMES_NOTHING = {"Query.viewer", "Query.programs", "Query.systemStatus", "Mutation.createProgram"}
# Nobody's, or a wallet's own session's: tests/api/test_signing_in.py.
SIGNING_IN = {f"Mutation.{name}" for name in ("requestLogin", "login", "logout", "revokeSession")}
NOT_BY_KEY = {"Mutation.retryIntent", "Mutation.cancelIntent"}
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
_OF_ONE_ANSWER = {"replayed", "secret", "url", "expiresAt"}
# Events move to another table by themselves, and uses of keys are noted by themselves.
_MOVING = {"event", "event_outbox", "event_feed", "api_key"}
_EVENTS = "SELECT (SELECT count(*) FROM event) + (SELECT count(*) FROM event_outbox)"
_KEYS = "SELECT array_agg((id, expires_at, revoked_at)::text ORDER BY id) FROM api_key"
_NOTHING_TO_DO = "DELETE FROM intent_todo WHERE intent_id = $1"
_FREE_PLACE = (
    "UPDATE program_user SET registration_intent_id = NULL WHERE registration_intent_id = $1"
)
_FAIL = """
UPDATE intent_state SET status = 'FAILED', version = version + 1, failure_code = 'REJECTED', failure_message = '',
       failure_retryable = true, completed_at = now(), updated_at = now() WHERE intent_id = $1
"""


def root_fields() -> set[str]:
    roots = (GRAPHQL.query_type, GRAPHQL.mutation_type, GRAPHQL.subscription_type)
    return {f"{root.name}.{name}" for root in roots if root is not None for name in root.fields}


def test_every_root_field_has_a_row_and_a_call() -> None:
    assert root_fields() == OPERATIONS.keys() == CALLS.keys() | SIGNING_IN


@pytest.fixture
async def scene(stage: Stage, filled: FilledProgram) -> Scene:
    owner = filled.owner
    await filled.grow(3)
    batch = encode_id(IdPrefix.PAYOUT_BATCH, await Batches(filled).propose(filled.payments[:1]))
    settlement = encode_id(IdPrefix.SETTLEMENT, filled.payments[0].settlement)
    payers = [await paying_program(stage, owner, filled.worker) for _ in range(3)]
    scene = Scene(stage, filled.program, owner, batch, settlement, *payers)
    await scene.set_up()
    payer = scene.names["user_wallet"]
    await mint_test_usd(stage.rpc, DEPLOYER_KEY, stage.deployment.token, {payer: 10**9})
    failed = decode_id(IdPrefix.INTENT, scene.names["failed"])
    for statement in (_NOTHING_TO_DO, _FREE_PLACE, _FAIL):
        await owner.execute(statement, failed)
    return scene


async def contents(owner: asyncpg.Connection) -> dict[str, Any]:
    """A checksum of every table, or what of it does not move by itself."""
    tables = [row[0] for row in await owner.fetch(_TABLES) if row[0] not in _MOVING]
    query = "SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {} t"
    sums = {name: await owner.fetchval(query.format(name)) for name in tables}
    return sums | {"events": await owner.fetchval(_EVENTS), "keys": await owner.fetchval(_KEYS)}


def strangers_code(operation: str) -> str:
    """What another program's key with all scopes is told: nobody learns what exists elsewhere."""
    if OPERATIONS[operation].scopes == {ApiScope.PLATFORM}:
        return "FORBIDDEN"
    return "NULL" if operation.startswith("Query.") else "NOT_FOUND"


def scopes_without(operation: str) -> list[str]:
    """Every scope of a program's key that does not let it start this."""
    return [scope for scope in ALL_SCOPES if ApiScope(scope) not in OPERATIONS[operation].scopes]


async def code_of(caller: Caller, document: str) -> str | None:
    """The code of the top-level error, of the user error, NULL for a null field, None for an answer."""
    answer = await caller.answer(document)
    if answer.get("errors"):
        code: str = answer["errors"][0]["extensions"]["code"]
        return code
    [value] = answer["data"].values()
    if value is None or value == [None]:
        return "NULL"
    errors = value.get("userErrors") if isinstance(value, dict) else None
    return errors[0]["code"] if errors else None


async def test_refusals_by_kind_of_caller_change_nothing(scene: Scene) -> None:
    stage, other = scene.stage, await scene.stage.program()
    nobody = Caller(stage.client, None)
    wrong = {
        operation: Caller(stage.client, await stage.key(scene.program_of(operation).id, scopes))
        for operation in CALLS
        if (scopes := scopes_without(operation))
    }
    before = await contents(scene.owner)
    for operation in CALLS:
        if operation.startswith("Subscription."):
            continue
        document = scene.document(operation)
        assert await code_of(nobody, document) == "UNAUTHENTICATED", operation
        if operation in wrong:
            assert await code_of(wrong[operation], document) == "FORBIDDEN", operation
        if operation not in NAMES_NOTHING:
            assert await code_of(other, document) == strangers_code(operation), operation
    assert await contents(scene.owner) == before


async def test_the_right_scope_is_enough_and_repeating_is_harmless(scene: Scene) -> None:
    for operation in CALLS:
        if operation.startswith("Subscription."):
            continue
        caller = await right_caller(scene, operation)
        document = scene.document(operation)
        first, second = await caller.answer(document), await caller.answer(document)
        assert "errors" not in first, (operation, first)
        assert "errors" not in second, (operation, second)
        if operation.startswith("Mutation."):
            [one], [again] = first["data"].values(), second["data"].values()
            assert one["userErrors"] == [], operation
            assert without_first_time(again) == without_first_time(one), operation
            if "replayed" in one:
                assert again["replayed"] is (
                    operation not in {"Mutation.retryIntent", "Mutation.cancelIntent"}
                )


def without_first_time(payload: dict[str, Any]) -> dict[str, Any]:
    """A payload without what is each answer's own (a secret, an export's link), and without the time of day."""
    same = {name: value for name, value in payload.items() if name not in _OF_ONE_ANSWER}
    if same.get("program"):
        same["program"] = {k: v for k, v in same["program"].items() if k != "now"}
    return same


async def right_caller(scene: Scene, operation: str) -> Caller:
    """A key with exactly one scope that lets it start this."""
    stage = scene.stage
    scope = min(OPERATIONS[operation].scopes & set(map(ApiScope, ALL_SCOPES)), default=None)
    if scope is None:
        return stage.platform
    return Caller(stage.client, await stage.key(scene.program_of(operation).id, [scope.value]))


async def test_subscriptions_are_refused_with_codes(scene: Scene) -> None:
    stage, other = scene.stage, await scene.stage.program()
    wrong = await stage.key(scene.program.id, ["WRITE_INTENTS"])
    names = [operation for operation in CALLS if operation.startswith("Subscription.")]
    async with on_a_socket(stage.process) as url:
        for token, expected in (
            (None, "UNAUTHENTICATED"),
            (wrong, "FORBIDDEN"),
            (other.token, "BAD_USER_INPUT"),
            (scene.program.token, None),
        ):
            async with initialised(url, token) as socket:
                for name in names:
                    await socket.subscribe(name, scene.document(name))
                    message = await socket.receive()
                    shared = name == "Subscription.systemStatus" and token == other.token
                    code = None if shared else expected
                    assert message["type"] == ("error" if code else "next"), (name, message)
                    if code:
                        assert message["payload"][0]["extensions"]["code"] == code
                    await socket.send(id=name, type="complete")
