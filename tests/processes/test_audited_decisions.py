"""What the platform decides by itself is in the audit log: who, what, before, after, why; set by set, not row by row."""

from typing import Any

from app.processes.settlement.check_lanes import check_lanes
from app.processes.settlement.ensure_lanes import ensure_lanes
from app.processes.settlement.release_stuck import release_stuck
from app.processes.settlement.settle import settle
from tests.contracts.gateway_chain import RELAYER_KEY
from tests.contracts.items import USDC
from tests.processes.settling_world import SettlingWorld, signers
from tests.processes.watching_world import WatchingWorld

_AUDITED = """
SELECT a.program_id, a.actor, a.action, a.target_id, a.before, a.after, a.reason FROM audit a
 WHERE a.actor LIKE 'job:%' ORDER BY a.id
"""
_SEALED_LATER = """
SELECT count(*) FROM audit a WHERE a.actor LIKE 'job:%' AND NOT EXISTS (
  SELECT FROM (SELECT program_id, data FROM event UNION ALL SELECT program_id, data FROM event_outbox) e
   WHERE e.program_id = a.program_id AND e.data->'internal'->'audit' ? a.id::text)
"""


async def audited(world: SettlingWorld, *actions: str) -> list[dict[str, Any]]:
    """What jobs did, of these kinds; every row is named by an event, so that it is sealed."""
    assert await world.value(_SEALED_LATER) == 0
    return [row for row in await world.rows(_AUDITED) if not actions or row["action"] in actions]


async def test_settled_intents_are_one_row_a_block(watching_world: WatchingWorld) -> None:
    world = watching_world
    program = await world.program()
    payers = await world.registered(program, None, 3)
    await world.settling.pay(program, payers)
    await world.settle_and_finish()
    rows = await audited(world.settling, "intent.confirmed")
    assert [row["program_id"] for row in rows] == [program.id] * len(rows)
    payments = rows[-1]
    assert (payments["actor"], payments["target_id"]) == ("job:watch_chain", None)
    assert payments["before"] == {"status": "PROCESSING"}
    assert payments["after"]["status"] == "CONFIRMED"
    assert len(payments["after"]["intents"]) == 3
    assert payments["reason"].startswith("settled in block ")
    total = sum(len(row["after"].get("intents", [0])) for row in rows)
    assert total == 6


async def test_intents_that_nobody_can_settle(settling_world: SettlingWorld) -> None:
    world = settling_world
    program = await world.program()
    await world.lanes()
    await world.pay(program, 1, valid_before=int(world.clock().timestamp()) + 30)
    assert await release_stuck(world.worker, world.bells, world.clock) == (0, 1)
    [row] = await audited(world, "intent.failed")
    assert (row["program_id"], row["actor"]) == (program.id, "job:release_stuck")
    assert row["target_id"] is not None
    assert row["before"] == {"status": "PENDING"}
    assert row["after"] == {
        "status": "FAILED",
        "code": "AUTHORIZATION_EXPIRED",
        "retryable": True,
    }


async def test_lanes_are_added_drained_activated_and_halted(held_world: SettlingWorld) -> None:
    world = held_world
    await world.ready()
    node, relayer = world.gateway_chain.node, world.gateway_chain.relayer
    given = signers(RELAYER_KEY)
    await ensure_lanes(world.worker, world.bells, world.chain, given, world.clock)
    node.call("anvil_setBalance", relayer.address, hex(10**12))
    await check_lanes(world.worker, world.bells, world.chain, world.clock)
    await check_lanes(world.worker, world.bells, world.chain, world.clock)
    node.call("anvil_setBalance", relayer.address, hex(10**18))
    await check_lanes(world.worker, world.bells, world.chain, world.clock)
    spent = world.gateway_chain.token.functions.approve(relayer.address, 1)
    raw = relayer.sign_transaction(
        spent.build_transaction({"from": relayer.address, "nonce": 0, "gas": 100_000})
        | {"nonce": await world.chain.nonce(relayer.address)}
    ).raw_transaction
    world.gateway_chain.web3.eth.send_raw_transaction(raw)
    world.mine()
    await settle(world.settling())
    await check_lanes(world.worker, world.bells, world.chain, world.clock)
    rows = await audited(world)
    assert {row["program_id"] for row in rows} == {0}
    assert len({row["target_id"] for row in rows}) == 1
    assert [(row["action"], row["before"], row["after"]) for row in rows[1:]] == [
        ("lane.drained", {"status": "ACTIVE"}, {"status": "DRAINING"}),
        ("lane.activated", {"status": "DRAINING"}, {"status": "ACTIVE"}),
        ("lane.halted", {"status": "ACTIVE"}, {"status": "HALTED"}),
    ]
    assert (rows[0]["action"], rows[0]["after"]["relayer"]) == ("lane.added", relayer.address)
    assert "not ours" in rows[-1]["reason"]


async def test_what_the_books_cannot_take(watching_world: WatchingWorld) -> None:
    world = watching_world
    program = await world.program()
    payers = await world.registered(program, None, 1)
    await world.settling.run(
        "ALTER TABLE transfer ADD CONSTRAINT no_thirteen CHECK (amount <> 13000000)"
    )
    await world.settling.pay(program, payers, amount=13 * USDC)
    await world.settle_and_finish()
    await world.turn()
    found = {
        row["action"]: row
        for row in await audited(
            world.settling, "program.posting_stopped", "discrepancy.opened", "program.paused"
        )
    }
    assert len(found) == 3
    assert {row["program_id"] for row in found.values()} == {program.id}
    assert found["program.posting_stopped"]["after"] == {"postingStopped": True}
    assert found["discrepancy.opened"]["after"]["severity"] == "CRITICAL"
    assert found["program.paused"]["after"] == {"status": "PAUSED"}
    # What the database said is for operators: clients read this log.
    assert "no_thirteen" not in str(found)


async def test_an_intent_taken_back_says_why(watching_world: WatchingWorld) -> None:
    world = watching_world
    program = await world.program()
    [payer] = await world.registered(program, None)
    await world.settling.pay(program, [payer])
    await world.settle_while_spending(payer, world.settling.gateway_chain.stranger.address)
    world.mine()
    await world.turn()
    [row] = await audited(world.settling, "intent.requeued", "intent.failed")
    assert row["actor"] == "job:watch_chain"
    assert row["before"] == {"status": "PROCESSING"}
    assert row["after"]["status"] in {"PENDING", "FAILED"}
    assert row["reason"] or row["after"].get("code")
