"""The whole way of a payout as clients see it: due, proposed, signed, sent, final; and what owners executed themselves."""

from typing import Any

import pytest

from app.processes.read_balances import read_balances
from schema.ids import IdPrefix, encode_id
from tests.api.caller import ALL_SCOPES, Caller, Stage
from tests.api.live import on_a_socket
from tests.api.paying import APPROVE, CREATE
from tests.contracts.conftest import chain
from tests.contracts.items import USDC
from tests.payouts.paying import Paying
from tests.payouts.world import PayoutProgram, PayoutWorld
from tests.processes.conftest import settling_world, watching_world
from tests.processes.watching_world import WatchingWorld
from tests.transport.ws_client import initialised

__all__ = ["chain", "settling_world", "watching_world"]

STATUS = "subscription ($id: ID!) { payoutBatchStatus(id: $id) { status version } }"
PAID = """query ($id: ID!, $slug: String!, $from: DateTime!, $to: DateTime!) {
  payoutBatch(id: $id) { status executedAt failure blockers { code }
    safeTransactions { status nonce transactionHash transaction { hash status intents { nodes { id } } } }
    payouts { nodes { status logIndex transactionHash amount { minor } commissions { nodes { id status paidAt blockers { code } } } } } }
  program(slug: $slug) { treasury { nonce } balances { onChain { minor } ledger { minor } owedToAffiliates { minor } }
    affiliates { nodes {
      earnings { paid { minor } lifetime { minor } payable { minor } }
      statement(currency: "USDC", from: $from, to: $to) { accrued { minor } paid { minor } closing { minor } }
      payouts { nodes { status purpose } } } } } }"""
_SLUG = "SELECT slug FROM program WHERE id = $1"


@pytest.fixture
def world(watching_world: WatchingWorld) -> PayoutWorld:
    """Programs with real Safes, on the database and chain of `stage`."""
    return PayoutWorld(watching_world)


async def key_to(stage: Stage, program: PayoutProgram) -> Caller:
    """All scopes in a program."""
    id_ = encode_id(IdPrefix.PROGRAM, program.public_id)
    return Caller(stage.client, await stage.key(id_, ALL_SCOPES))


async def proposed(caller: Caller, program: PayoutProgram) -> dict[str, Any]:
    id_ = encode_id(IdPrefix.PROGRAM, program.public_id)
    payload = (await caller.ask(CREATE, program=id_, key="cycle"))["createPayoutBatch"]
    assert payload["userErrors"] == []
    batch: dict[str, Any] = payload["payoutBatch"]
    return batch


async def approve(caller: Caller, batch: dict[str, Any], owner: Any) -> dict[str, Any]:
    """What a wallet does with typedData."""
    signatures = [
        "0x" + bytes(owner.sign_typed_data(full_message=one["typedData"]).signature).hex()
        for one in batch["safeTransactions"]
    ]
    answer = await caller.ask(
        APPROVE,
        id=batch["id"],
        owner=owner.address,
        signatures=signatures,
        hash=batch["contentHash"],
    )
    payload: dict[str, Any] = answer["approvePayoutBatch"]
    assert payload["userErrors"] == []
    return payload


async def seen_of(
    stage: Stage, world: PayoutWorld, caller: Caller, batch: str, program: PayoutProgram
) -> dict[str, Any]:
    [client] = stage.process.runtime.chains.values()
    await read_balances(world.settling.worker, world.settling.bells, client, stage.process.now)
    slug = await world.settling.value(_SLUG, program.id)
    period = {"from": "2026-01-01T00:00:00Z", "to": "2040-01-01T00:00:00Z"}
    return await caller.ask(PAID, id=batch, slug=slug, **period)


async def test_a_cycle_from_due_to_paid(stage: Stage, world: PayoutWorld) -> None:
    program = await world.program()
    affiliates = await world.affiliates(program, 2)
    await world.payable(program, dict.fromkeys(affiliates, USDC))
    await world.settling.lanes()
    caller, paying = await key_to(stage, program), Paying(world)
    batch = await proposed(caller, program)
    async with on_a_socket(stage.process) as url, initialised(url, caller.token) as socket:
        await socket.subscribe("b", STATUS, id=batch["id"])
        for owner in program.owners[:2]:
            await approve(caller, batch, owner)
        assert await paying.relay() == 1
        await paying.finish()
        statuses = []
        while (message := await socket.receive(10))["type"] == "next":
            shown = message["payload"]["data"]["payoutBatchStatus"]
            statuses.append((shown["version"], shown["status"]))
        assert message["type"] == "complete"
    assert statuses == sorted(statuses)
    assert statuses[-1][1] == "COMPLETED"
    seen = await seen_of(stage, world, caller, batch["id"], program)
    done = seen["payoutBatch"]
    assert (done["status"], done["failure"], done["blockers"]) == ("COMPLETED", None, [])
    assert done["executedAt"] is not None
    [part] = done["safeTransactions"]
    assert part["transaction"]["hash"] == part["transactionHash"]
    assert part["transaction"]["status"] == "CONFIRMED"
    assert part["transaction"]["intents"]["nodes"] == []
    payouts = done["payouts"]["nodes"]
    assert [one["status"] for one in payouts] == ["PAID"] * 2
    assert len({one["logIndex"] for one in payouts}) == 2
    for one in payouts:
        [commission] = one["commissions"]["nodes"]
        assert (commission["status"], commission["blockers"]) == ("PAID", [])
        assert commission["paidAt"] == done["executedAt"]
    [balance] = seen["program"]["balances"]
    assert balance["onChain"] == balance["ledger"] == {"minor": str(18 * USDC)}
    assert balance["owedToAffiliates"] == {"minor": "0"}
    for affiliate in seen["program"]["affiliates"]["nodes"]:
        unit, nothing = {"minor": str(USDC)}, {"minor": "0"}
        assert affiliate["earnings"] == [{"paid": unit, "lifetime": unit, "payable": nothing}]
        assert affiliate["statement"] == {"accrued": unit, "paid": unit, "closing": nothing}
        assert affiliate["payouts"]["nodes"] == [{"status": "PAID", "purpose": "COMMISSION"}]
    await world.check()


async def test_what_owners_execute_themselves_is_shown_as_theirs(
    stage: Stage, world: PayoutWorld
) -> None:
    program = await world.program()
    [ann] = await world.affiliates(program)
    await world.payable(program, {ann: USDC})
    caller = await key_to(stage, program)
    batch = await proposed(caller, program)
    [stored] = await world.settling.rows(
        "SELECT id FROM safe_transaction WHERE program_id = $1", program.id
    )
    assert await world.safes.execute(stored["id"], program.owners[:2])
    await Paying(world).finish()
    seen = (await seen_of(stage, world, caller, batch["id"], program))["payoutBatch"]
    assert seen["status"] == "COMPLETED"
    [part] = seen["safeTransactions"]
    assert part["transactionHash"] is not None
    assert part["transaction"] is None
    await world.check()
