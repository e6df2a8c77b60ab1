"""Many requests at once, and what happens to one when another, or its own process, is in the way."""

import asyncio

import pytest

from app.domain.errors import Unavailable
from app.processes.intake.accept_intent import Intake
from app.services.programs.terms import SetTerms, set_terms
from app.store.rules_lock import lock_rules
from tests.services.refusals import refused
from tests.services.registering import intake_of, register
from tests.services.world import FACTS, TERMS, RecordingBells, World, key_of, wallet


async def test_a_hundred_equal_requests_at_once_are_one_intent(world: World) -> None:
    program_id = (await world.program()).program_id
    address = wallet()
    # Two intakes are two processes; each gathers its own batches.
    intakes = (intake_of(world), intake_of(world))
    answers = await asyncio.gather(
        *(register(world, program_id, "same", intakes[n % 2], wallet=address) for n in range(100))
    )
    assert len({answer.intent_id for answer in answers}) == 1
    assert sorted(answer.replayed for answer in answers) == [False] + [True] * 99
    assert {answer.warnings for answer in answers} == {()}
    assert len(await world.fetch(program_id, "SELECT FROM intent")) == 1


async def test_many_requests_share_a_batch_and_fail_alone(world: World) -> None:
    program_id = (await world.program()).program_id
    intake, twice = intake_of(world), wallet()
    answers = await asyncio.gather(
        register(world, program_id, "twice 1", intake, wallet=twice),
        register(world, program_id, "twice 2", intake, wallet=twice),
        *(register(world, program_id, f"key {n}", intake) for n in range(50)),
        return_exceptions=True,
    )
    failures = [one for one in answers if isinstance(one, BaseException)]
    assert [getattr(one, "code", one) for one in failures] == ["ALREADY_EXISTS"]
    assert len(await world.fetch(program_id, "SELECT FROM intent")) == 51
    assert len(await world.fetch(program_id, "SELECT FROM program_user")) == 51


async def test_one_key_at_once_for_an_intent_and_for_terms_has_one_meaning(world: World) -> None:
    program_id = (await world.program()).program_id
    command = SetTerms(program_id, TERMS, "key")
    async with world.api.write(program_id) as unit:
        await set_terms(unit, key_of(program_id), command, world.now)
        registering = asyncio.create_task(register(world, program_id, "key"))
        await asyncio.sleep(0.1)
        assert not registering.done()
    with refused("IDEMPOTENCY_CONFLICT", "idempotencyKey"):
        try:
            await registering
        except Unavailable:  # the commit came too late for its patience
            await register(world, program_id, "key")


async def test_a_crash_between_commit_and_answer_is_answered_by_a_repetition(world: World) -> None:
    class Dying(RecordingBells):
        async def events(self) -> None:
            raise ConnectionError

    program_id, address = (await world.program()).program_id, wallet()
    dying = Intake(world.api, Dying(), {}, FACTS, lambda: world.now)
    with pytest.raises(ConnectionError):
        await register(world, program_id, "k", dying, wallet=address)
    again = await register(world, program_id, "k", wallet=address)
    assert again.replayed
    assert len(await world.fetch(program_id, "SELECT FROM intent")) == 1


async def test_who_waits_too_long_is_told_to_come_again(world: World) -> None:
    program_id = (await world.program()).program_id
    async with world.api.write(program_id) as unit:
        await lock_rules(unit, program_id)
        with pytest.raises(Unavailable):
            await register(world, program_id, "k")
    assert not await world.fetch(program_id, "SELECT FROM intent")
    assert not (await register(world, program_id, "k")).replayed
