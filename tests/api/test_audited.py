"""What is in the audit log: every mutation of the contract that changes something, once, with who asked and by which
request; nothing that was refused, and nothing that was asked for twice.
"""

from typing import Any
from uuid import uuid4

from tests.api.caller import Caller
from tests.api.operations import CALLS
from tests.api.scene import Scene
from tests.api.test_permissions import right_caller, scene

__all__ = ["scene"]

MUTATIONS = [operation for operation in CALLS if operation.startswith("Mutation.")]
# To the wallet that it has already: tests/api/test_wallet_change.py changes one.
CHANGES_NOTHING = {"Mutation.changeAffiliateWallet"}
# What was there before, and is otherwise now: both are said.
CHANGES = {
    f"Mutation.{name}"
    for name in (
        "updateProgram",
        "setTerms",
        "advanceClock",
        "pauseProgram",
        "resumeProgram",
        "rotateApiKey",
        "revokeApiKey",
        "setAffiliateStatus",
        "moveAffiliate",
        "retryIntent",
        "cancelIntent",
        "reverseSettlement",
        "rejectPayoutBatch",
        "approveBalanceAdjustment",
        "unhaltLane",
        "updateWebhookEndpoint",
    )
}
# What a repetition does again: a new link each time, a second try of what failed.
EACH_TIME = {"Mutation.createExport"}
_BY_REQUEST = "SELECT * FROM audit WHERE request_id = $1 ORDER BY id"


async def requested(caller: Caller, document: str) -> tuple[str, dict[str, Any]]:
    """The request's id and its answer."""
    request_id = uuid4().hex
    response = await caller.client.post(
        "/graphql",
        json={"query": document},
        headers={"authorization": f"Bearer {caller.token}", "x-request-id": request_id},
    )
    return request_id, response.json()


def prefix_of(caller: Caller) -> str:
    assert caller.token is not None
    return f"api_key:{caller.token.rpartition('_')[0]}"


async def test_every_mutation_is_audited_once(scene: Scene) -> None:
    seen = set()
    for operation in MUTATIONS:
        caller, document = await right_caller(scene, operation), scene.document(operation)
        request_id, answer = await requested(caller, document)
        [payload] = answer["data"].values()
        assert payload["userErrors"] == [], operation
        rows = await scene.owner.fetch(_BY_REQUEST, request_id)
        if operation in CHANGES_NOTHING:
            assert rows == [], operation
            continue
        assert rows, operation
        for row in rows:
            assert row["actor"] == prefix_of(caller), operation
            assert row["target_id"] is not None
            seen.add(row["action"])
        main = next(row for row in rows if row["action"] != "commissions.matured")
        said = bool(main["before"]), bool(main["after"])
        assert all(said) if operation in CHANGES else any(said), operation
        if '"why"' in document:
            assert "why" in {row["reason"] for row in rows}, operation
        again, answer = await requested(caller, document)
        assert "errors" not in answer
        assert bool(await scene.owner.fetch(_BY_REQUEST, again)) is (operation in EACH_TIME), (
            operation
        )
    assert len(seen) >= len(MUTATIONS) - len(CHANGES_NOTHING) - 3, seen
