"""Keys that may write and not read: what a mutation returns is no way around READ."""

import pytest

from schema.ids import IdPrefix, encode_id
from tests.api.batched import Batches
from tests.api.caller import Caller, Stage
from tests.api.conftest import deployment, filled, stage
from tests.api.filled import FilledProgram

__all__ = ["deployment", "filled", "stage"]

RETRY = 'mutation ($id: ID!) { retryIntent(id: $id, reason: "again") { intent { %s } } }'
OTHERS = [
    "user { intents { nodes { id wallet } } }",
    "attempts { transaction { intents { nodes { id wallet } } } }",
    "user { referredBy { children { nodes { id } } referredUsers { nodes { id } } commissions { nodes { id } } } }",
    "user { referredBy { payouts { nodes { id } } commissions { nodes { payout { id } } } } }",
    "program { payoutBatches { nodes { id payouts { nodes { id } } } } }",
    "settlement { commissions { id } ledgerTransactions { id } }",
    "program { intents { nodes { id } } users { nodes { id } } apiKeys { id } trialBalance { currency } }",
]


@pytest.mark.parametrize("path", OTHERS)
async def test_a_key_without_read_gets_no_list_by_way_of_a_payload(
    stage: Stage, filled: FilledProgram, path: str
) -> None:
    await filled.grow(2)
    await Batches(filled).propose(filled.payments)
    writing = Caller(stage.client, await stage.key(filled.program.id, ["MANAGE_PROGRAM"]))
    own = encode_id(IdPrefix.INTENT, filled.payments[0].intent)
    answer = await writing.answer(RETRY % path, id=own)
    codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
    assert codes in ([], ["FORBIDDEN"])
    assert '"id"' not in str(answer["data"]).replace("'", '"')
    reading = await filled.program.ask(RETRY % path, id=own)
    assert "'id'" in str(reading)
