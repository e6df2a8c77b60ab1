"""What stands still is flagged once, with its diagnosis, and nothing is that a pause or a budget of its own explains otherwise."""

from datetime import UTC, datetime, timedelta

from app.domain.chain_proof.work import moved_on
from app.domain.health.condition import AlertName
from app.domain.health.conditions import conditions_of
from app.domain.stuck import Diagnosis, StuckWork, WorkKind, WorkStage
from app.processes.health.read import FiguresReader
from app.processes.settlement.check_lanes import check_lanes
from app.processes.settlement.flag_stuck import flag_stuck
from app.processes.settlement.settle import settle
from app.store.reads import stuck_work
from tests.processes.settling_world import SettledProgram, SettlingWorld

_OPEN = "SELECT kind, severity, reference, message FROM discrepancy WHERE program_id = $1 ORDER BY reference"
_ENDS = "SELECT resolved_at, resolved_by, note FROM discrepancy WHERE program_id = $1 ORDER BY opened_at"
_AUDITED = (
    "SELECT actor, reason FROM audit WHERE program_id = $1 AND action = 'discrepancy.resolved'"
)
_SPEND = """
INSERT INTO program_gas (program_id, day, spent_wei, items) VALUES ($1, $2, 1000, 1)
ON CONFLICT (program_id, day) DO UPDATE SET spent_wei = 1000
"""
_WATCHED = """
INSERT INTO chain_watch (chain_id, head_number, head_at, final_number, required_confirmations, updated_at)
VALUES (31337, 100, $1, 98, 2, $1) ON CONFLICT (chain_id) DO UPDATE SET head_at = $1, updated_at = $1
"""


async def flagged(world: SettlingWorld) -> int:
    await world.run(_WATCHED, world.clock())
    return await flag_stuck(world.worker, world.bells, world.clock)


async def messages(world: SettlingWorld, program: SettledProgram) -> list[str]:
    rows = await world.rows(_OPEN, program.id)
    assert {(row["kind"], row["severity"]) for row in rows} <= {("STUCK_WORK", "WARNING")}
    return [row["message"] for row in rows]


async def test_what_no_block_takes_is_flagged_once_with_lane_and_nonce(
    held_world: SettlingWorld,
) -> None:
    world = held_world
    program = await world.ready(3)
    world.hold_blocks()
    assert await settle(world.settling()) == 1
    assert await flagged(world) == 0
    world.clock.ahead = timedelta(minutes=11)
    assert [await flagged(world) for _ in range(2)] == [1, 0]
    [message] = await messages(world, program)
    [lane] = await world.rows("SELECT relayer FROM lane")
    assert f" of lane {lane['relayer']}: no block has it" in message
    assert "2 more wait there" in message
    async with world.worker.read(None) as session:
        [pending] = await stuck_work.of_platform(session, world.clock())
    figures = await FiguresReader(world.worker, keep=False).read(world.clock())
    assert (pending.kind, pending.stage) == ("LANE", "LANE_PENDING")
    assert 660 <= figures.lanes[0].oldest_pending_seconds < 720
    assert "all its later nonces with it" in pending.diagnosis.waiting_for
    told = [one for one in conditions_of(figures) if one.subject == f"lane {pending.entity}"]
    assert [one.name for one in told] == [AlertName.STUCK_WORK]
    assert lane["relayer"] in told[0].summary


async def test_what_moved_on_is_closed_by_the_platform_and_told_again_when_it_comes_back(
    settling_world: SettlingWorld,
) -> None:
    world = settling_world
    program = await world.ready(2)
    wait = "UPDATE intent_state SET stage_since = $2 WHERE program_id = $1"
    world.clock.ahead = timedelta(hours=1)
    await world.run(wait, program.id, world.clock() - timedelta(minutes=11))
    assert await flagged(world) == 1
    # It moves on: nothing is closed at once, so that what is just about late does not open and close each minute.
    await world.run(wait, program.id, world.clock())
    assert await flagged(world) == 0
    assert [row["resolved_at"] for row in await world.rows(_ENDS, program.id)] == [None]
    world.clock.ahead += timedelta(minutes=10, seconds=1)
    await world.run(wait, program.id, world.clock())
    await world.run("UPDATE program SET status = 'PAUSED', pause_reason = 'An audit.'")
    assert await flagged(world) == 0
    [closed] = await world.rows(_ENDS, program.id)
    assert closed["resolved_by"] == "job:release_stuck"
    assert closed["note"].startswith("Nothing stands still in this stage any more")
    [entry] = await world.rows(_AUDITED, program.id)
    assert (entry["actor"], entry["reason"]) == ("job:release_stuck", closed["note"])
    await world.run("UPDATE program SET status = 'ACTIVE', pause_reason = NULL")
    await world.run(wait, program.id, world.clock() - timedelta(minutes=11))
    assert await flagged(world) == 1
    assert [row["resolved_at"] is None for row in await world.rows(_ENDS, program.id)] == [
        False,
        True,
    ]


async def test_a_pause_closes_nothing(settling_world: SettlingWorld) -> None:
    world = settling_world
    program = await world.ready(1)
    world.clock.ahead = timedelta(minutes=11)
    assert await flagged(world) == 1
    await world.run("UPDATE program SET status = 'PAUSED', pause_reason = 'An audit.'")
    world.clock.ahead = timedelta(minutes=30)
    assert await flagged(world) == 0
    assert [row["resolved_at"] for row in await world.rows(_ENDS, program.id)] == [None]


def test_where_more_stand_still_than_are_read_nothing_of_that_kind_moved_on() -> None:
    one = StuckWork(
        1,
        WorkKind.INTENT,
        WorkStage.INTENT_QUEUED,
        "1",
        Diagnosis(datetime(2026, 11, 22, tzinfo=UTC), "It waits.", "It is sent again."),
    )
    intents = {stage for stage in WorkStage if stage.kind is WorkKind.INTENT}
    assert moved_on([one] * 3, 4) == set(WorkStage) - {WorkStage.INTENT_QUEUED}
    assert moved_on([one] * 4, 4) == set(WorkStage) - intents


async def test_a_spent_gas_budget_holds_up_its_program_alone_and_is_named(
    settling_world: SettlingWorld,
) -> None:
    world = settling_world
    program, other = await world.ready(2), await world.program()
    await world.pay(other, 1)
    await world.run("UPDATE program SET daily_gas_budget_wei = 1000 WHERE id = $1", program.id)
    today = world.clock().astimezone(UTC).date()
    for day in (today, today + timedelta(days=1)):
        await world.run(_SPEND, program.id, day)
    assert await settle(world.settling()) == 1
    assert {one["stage"] for one in await world.states(other)} == {"BROADCAST"}
    assert {one["status"] for one in await world.states(program)} == {"PENDING"}
    world.clock.ahead = timedelta(minutes=11)
    await world.run(
        "UPDATE intent_state SET stage_since = $2 WHERE program_id = $1", other.id, world.clock()
    )
    assert await flagged(world) == 1
    [message] = await messages(world, program)
    assert message.startswith("The program's gas budget of today is spent: 1000 of 1000 wei.")
    assert "midnight UTC" in message
    assert await messages(world, other) == []
    await world.run("UPDATE program SET daily_gas_budget_wei = 1001 WHERE id = $1", program.id)
    assert await settle(world.settling()) == 1


async def test_a_paused_programs_intents_are_explained_and_not_flagged(
    settling_world: SettlingWorld,
) -> None:
    world = settling_world
    program = await world.ready(2)
    await world.run(
        "UPDATE program SET status = 'PAUSED', pause_reason = 'An audit.' WHERE id = $1", program.id
    )
    world.clock.ahead = timedelta(hours=1)
    assert await flagged(world) == 0
    async with world.worker.read(program.id) as session:
        found = await stuck_work.of_program(session, world.clock())
    assert [one.diagnosis.explained for one in found] == [True, True]
    assert found[0].diagnosis.waiting_for == "The program is paused: An audit."


async def test_a_lane_without_funds_is_what_everything_waits_for(
    settling_world: SettlingWorld,
) -> None:
    world = settling_world
    program = await world.ready(1)
    [lane] = await world.rows("SELECT relayer FROM lane")
    world.gateway_chain.node.call("anvil_setBalance", lane["relayer"], hex(10**15))
    await check_lanes(world.worker, world.bells, world.chain, world.clock)
    assert await settle(world.settling()) == 0
    world.clock.ahead = timedelta(minutes=11)
    assert await flagged(world) == 1
    [message] = await messages(world, program)
    assert f"No lane of chain 31337 takes new work: {lane['relayer']} is draining." in message
    async with world.worker.read(None) as session:
        [drained] = await stuck_work.of_platform(session, datetime.now(UTC))
    assert "its relayer has 1000000000000000 wei" in drained.diagnosis.waiting_for
