"""Who may start what: every root field against the table, for every kind of caller; a refusal changes nothing."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from app.chain.deploy import mint_test_usd
from app.domain.operations import OPERATIONS
from app.domain.permissions import ApiScope
from schema.ids import IdPrefix, decode_id, encode_id
from tests.api.batched import Batches
from tests.api.caller import ALL_SCOPES, Caller, Stage
from tests.api.filled import FilledProgram
from tests.api.kinds_of_callers import Kind, kinds_of_callers
from tests.api.live import on_a_socket
from tests.api.operations import CALLS
from tests.api.paying import paying_program
from tests.api.refusals import code_of, contents
from tests.api.scene import Scene
from tests.api.walking import GRAPHQL
from tests.contracts.gateway_chain import DEPLOYER_KEY
from tests.transport.ws_client import initialised

# Nobody's, or a wallet's own session's: tests/api/test_signing_in.py.
SIGNING_IN = {f"Mutation.{name}" for name in ("requestLogin", "login", "logout", "revokeSession")}
NOT_BY_KEY = {"Mutation.retryIntent", "Mutation.cancelIntent"}
OF_RIGHTS = {"UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "NULL", "INTERNAL_SERVER_ERROR"}
Wrong = dict[tuple[str, str], tuple[str | None, str | None]]
"""Operation and kind of caller to the code that came and the one that should have."""
_OF_ONE_ANSWER = {"replayed", "secret", "url", "expiresAt"}
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


async def test_every_cell_of_the_table(scene: Scene) -> None:
    """Each kind of caller with each operation, on one program: who is refused changes nothing, who is let gets through."""
    kinds = await kinds_of_callers(scene)
    before = await contents(scene.owner)
    assert await refused(scene, kinds) == {}
    assert await refused_on_a_socket(scene, kinds) == {}
    assert await refused_keys(scene, kinds) == {}
    assert await contents(scene.owner) == before
    assert await let_through(scene, kinds) == {}


def cells(kinds: list[Kind], *roots: str) -> Iterator[tuple[str, Kind]]:
    """Operation by operation, each with every kind of caller."""
    named = [one for one in CALLS if one.startswith(roots)]
    return ((operation, kind) for operation in named for kind in kinds)


async def refused(scene: Scene, kinds: list[Kind]) -> Wrong:
    """All queries, and those mutations that are to be refused."""
    wrong: Wrong = {}
    for operation, kind in cells(kinds, "Query.", "Mutation."):
        told = kind.told(operation)
        if operation.startswith("Query.") or told is not None:
            caller = kind.caller(scene.program_of(operation).id)
            code = await code_of(caller, scene.document(operation))
            if code != told:
                wrong[operation, kind.name] = (code, told)
    return wrong


async def refused_on_a_socket(scene: Scene, kinds: list[Kind]) -> Wrong:
    """All subscriptions: an error with its code, or the first event."""
    wrong: Wrong = {}
    async with on_a_socket(scene.stage.process) as url:
        for kind in kinds:
            async with initialised(url, kind.caller(scene.program.id).token) as socket:
                for operation, _ in cells([kind], "Subscription."):
                    await socket.subscribe(operation, scene.document(operation))
                    message = await socket.receive()
                    failed = message["type"] == "error"
                    code = message["payload"][0]["extensions"]["code"] if failed else None
                    if code != kind.told(operation):
                        wrong[operation, kind.name] = (code, kind.told(operation))
                    await socket.send(id=operation, type="complete")
    return wrong


async def refused_keys(scene: Scene, kinds: list[Kind]) -> Wrong:
    """Idempotency keys with the character that stands between a wallet and its key in the table."""
    wrong: Wrong = {}
    for operation, kind in cells(kinds, "Mutation."):
        document = re.sub(
            r'(?<=idempotencyKey: ")[^"]*', r"0x00\\u001fk", scene.document(operation)
        )
        if kind.told(operation) is None and document != scene.document(operation):
            code = await code_of(kind.caller(scene.program_of(operation).id), document)
            if code != "INVALID_INPUT":
                wrong[operation, kind.name] = (code, "INVALID_INPUT")
    return wrong


async def let_through(scene: Scene, kinds: list[Kind]) -> Wrong:
    """The first one of each mutation does it; those after it find it done, which is no matter of rights."""
    wrong: Wrong = {}
    done: set[str] = set()
    for operation, kind in cells(kinds, "Mutation."):
        if kind.told(operation) is None:
            caller = kind.caller(scene.program_of(operation).id)
            code = await code_of(caller, scene.document(operation))
            if code in OF_RIGHTS or (code is not None and operation not in done):
                wrong[operation, kind.name] = (code, None)
            done.add(operation)
    return wrong


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
