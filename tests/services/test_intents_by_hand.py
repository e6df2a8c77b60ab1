"""What people do to intents: try again, and end."""

from datetime import timedelta

from app.domain.ids import new_id
from app.services.intents.change_intents import cancel_intent, retry_intent
from app.store.database import Database
from tests.services.refusals import refused
from tests.services.registering import fail, register, state_of
from tests.services.world import World, key_of, wallet


async def test_cancelling_is_final_and_frees_the_wallet(world: World) -> None:
    program_id = (await world.program()).program_id
    address, key = wallet(), key_of(program_id)
    accepted = await register(world, program_id, "k", wallet=address)
    for _ in range(2):
        await world.run(program_id, cancel_intent, key, accepted.intent_id, "a mistake")
    state = await state_of(world, program_id, accepted.intent_id)
    assert (state["status"], state["failure_code"], state["version"]) == ("FAILED", "CANCELLED", 2)
    assert not await world.fetch(program_id, "SELECT FROM intent_todo")
    with refused("NOT_RETRYABLE", "id"):
        await world.run(program_id, retry_intent, key, accepted.intent_id, "not a mistake")
    await register(world, program_id, "another", wallet=address)
    again = await register(world, program_id, "k", wallet=address)
    assert (again.intent_id, again.replayed) == (accepted.intent_id, True)


async def test_a_failed_intent_is_tried_again_by_a_person(world: World, worker: Database) -> None:
    program_id = (await world.program()).program_id
    key = key_of(program_id)
    accepted = await register(world, program_id, "k")
    await world.run(program_id, retry_intent, key, accepted.intent_id, "not failed: as it is")
    await fail(worker, program_id, accepted.intent_id, retryable=True)
    with refused("INVALID_STATE", "id"):
        await world.run(program_id, cancel_intent, key, accepted.intent_id, "too late")
    world.now += timedelta(minutes=5)
    await world.run(program_id, retry_intent, key, accepted.intent_id, "the node was away")
    state = await state_of(world, program_id, accepted.intent_id)
    assert (state["status"], state["stage"], state["version"]) == ("PENDING", "QUEUED", 3)
    [todo] = await world.fetch(program_id, "SELECT * FROM intent_todo")
    assert todo["due_at"] == world.now
    [user] = await world.fetch(program_id, "SELECT * FROM program_user")
    assert user["registration_intent_id"] == accepted.intent_id
    line = await world.fetch(
        program_id, "SELECT * FROM intent_transition ORDER BY seq DESC LIMIT 1"
    )
    assert (line[0]["from_status"], line[0]["to_status"], line[0]["reason"]) == (
        "FAILED",
        "PENDING",
        "the node was away",
    )
    await fail(worker, program_id, accepted.intent_id, retryable=False)
    with refused("NOT_RETRYABLE", "id"):
        await world.run(program_id, retry_intent, key, accepted.intent_id, "again")
    with refused("NOT_FOUND", "id"):
        await world.run(program_id, retry_intent, key, new_id(), "who")
