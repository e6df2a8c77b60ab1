"""Postings that the database refuses, and those that only lost a race."""

from app.services.execute import execute
from app.services.settlement.resume_posting import resume_posting
from tests.contracts.items import USDC
from tests.processes.watching_world import WatchingWorld

_LOSE_TWICE = """
CREATE SEQUENCE losses;
CREATE FUNCTION lose_twice() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF nextval('losses') <= 2 THEN
    RAISE EXCEPTION 'somebody else was faster' USING ERRCODE = '40001';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER lose_twice BEFORE INSERT ON journal FOR EACH STATEMENT EXECUTE FUNCTION lose_twice();
"""


async def resume(world: WatchingWorld, program_id: int) -> str | None:
    """What `sge program resume-posting` does."""
    settling = world.settling
    now = settling.clock()
    return await execute(
        settling.worker,
        settling.bells,
        program_id,
        lambda unit: resume_posting(unit, program_id, "operator:cli", "looked at", now),
    )


async def test_one_refused_item_stops_its_program_and_nobody_else(
    watching_world: WatchingWorld,
) -> None:
    world = watching_world
    program, other = await world.program(), await world.program()
    payers = await world.registered(program, None, 6)
    [other_payer] = await world.registered(other, None)
    await world.settling.run(
        "ALTER TABLE transfer ADD CONSTRAINT no_thirteen CHECK (amount <> 13000000)"
    )
    await world.settling.pay(program, payers[:3])
    await world.settling.pay(program, payers[3:4], amount=13 * USDC)
    await world.settling.pay(program, payers[4:])
    await world.settle_and_finish()
    statuses = (await world.statuses(program))[6:]
    assert statuses.count(("CONFIRMED", "FINAL")) == 5
    assert statuses[3] == ("PROCESSING", "MINED")
    [found] = await world.settling.rows("SELECT kind, severity, message FROM discrepancy")
    assert (found["kind"], found["severity"]) == ("TREASURY_MISMATCH", "CRITICAL")
    # What the database said is for operators.
    assert "the ledger does not take it" in found["message"]
    stopped = await world.settling.value(
        "SELECT stopped FROM consumed_through WHERE stopped IS NOT NULL"
    )
    assert "no_thirteen" in stopped
    rows = await world.settling.rows(
        "SELECT p.id, p.status, c.stopped IS NOT NULL AS stopped FROM program p"
        " JOIN consumed_through c ON c.program_id = p.id ORDER BY p.id"
    )
    assert rows == [
        {"id": program.id, "status": "PAUSED", "stopped": True},
        {"id": other.id, "status": "ACTIVE", "stopped": False},
    ]
    await world.settling.pay(other, [other_payer])
    await world.settle_and_finish()
    assert (await world.statuses(other))[-1] == ("CONFIRMED", "FINAL")
    await world.check()

    # Going on without mending it stops and pauses again, although the same thing is reported already.
    assert "no_thirteen" in (await resume(world, program.id) or "")
    await world.turn()
    stopped = await world.settling.value(
        "SELECT stopped FROM consumed_through WHERE stopped IS NOT NULL"
    )
    assert "no_thirteen" in stopped
    assert await world.settling.value("SELECT count(*) FROM program WHERE status = 'PAUSED'") == 1
    assert await world.settling.value("SELECT count(*) FROM discrepancy") == 1

    # A person mends it and starts the program again: what is posted stays, what was left follows.
    await world.settling.run("ALTER TABLE transfer DROP CONSTRAINT no_thirteen")
    assert await resume(world, program.id) is not None
    assert await resume(world, program.id) is None
    await world.turn()
    assert set((await world.statuses(program))[6:]) == {("CONFIRMED", "FINAL")}
    assert (await world.balances(program))[("PROGRAM", 0)] == 63 * USDC * 99 // 100
    await world.check()


async def test_a_lost_race_is_tried_again_and_no_refusal(watching_world: WatchingWorld) -> None:
    world = watching_world
    program = await world.program()
    [payer] = await world.registered(program, None)
    await world.settling.run(_LOSE_TWICE)
    await world.settling.pay(program, [payer])
    await world.settle_and_finish()
    assert (await world.statuses(program))[1] == ("CONFIRMED", "FINAL")
    assert await world.settling.value("SELECT last_value FROM losses") == 3
    assert await world.settling.value("SELECT count(*) FROM discrepancy") == 0
    await world.check()
