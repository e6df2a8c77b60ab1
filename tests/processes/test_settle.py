"""From PENDING to BROADCAST on a real chain."""

from app.processes.settlement.settle import settle
from tests.contracts.items import ChainKind
from tests.processes.settling_world import SettlingWorld


async def test_payments_are_claimed_signed_sent_and_mined(settling_world: SettlingWorld) -> None:
    world = settling_world
    program = await world.program()
    await world.lanes()
    await world.pay(program, 5)
    assert await settle(world.settling()) == 1
    states = await world.states(program)
    assert {(one["status"], one["stage"]) for one in states} == {("PROCESSING", "BROADCAST")}
    assert {one["version"] for one in states} == {4}
    assert not any(one["queued"] for one in states)
    [copy] = await world.rows("SELECT hash, sends, last_error FROM signed_copy")
    assert (copy["sends"], copy["last_error"]) == (1, None)
    [receipt] = await world.chain.receipts([copy["hash"]])
    assert receipt is not None
    assert receipt.succeeded
    assert world.gateway_chain.balance(program.treasury) == 50_000_000
    transitions = await world.rows("SELECT stage, count(*) AS n FROM intent_transition GROUP BY 1")
    assert {row["stage"]: row["n"] for row in transitions} == {
        "QUEUED": 10,
        "SIGNED": 5,
        "BROADCAST": 5,
    }
    events = await world.rows(
        "SELECT name, count(*) AS n FROM event_outbox WHERE type = 'INTENT' GROUP BY 1"
    )
    assert {row["name"]: row["n"] for row in events} == {
        f"intent.{name}": 5 for name in ("accepted", "processing", "signed", "broadcast")
    }


async def test_registrations_with_and_without_a_fee_settle_together(
    settling_world: SettlingWorld,
) -> None:
    world = settling_world
    program = await world.program()
    await world.lanes()
    await world.pay(program, 2, kind=ChainKind.REGISTRATION, amount=0)
    await world.pay(program, 2, kind=ChainKind.REGISTRATION)
    await world.pay(program, 2)
    assert await settle(world.settling()) == 1
    assert {one["stage"] for one in await world.states()} == {"BROADCAST"}
    assert world.gateway_chain.balance(program.treasury) == 40_000_000
