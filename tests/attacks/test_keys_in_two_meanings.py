"""One idempotency key used at the same moment by an intent and by something that is none."""

import asyncio

from app.domain.errors import Refusal, Unavailable
from app.domain.permissions import ApiScope
from app.services.access.api_keys import CreateApiKey, create_api_key
from tests.services.conftest import api, world
from tests.services.registering import register
from tests.services.world import World

__all__ = ["api", "world"]

# Longer than acceptance waits for another's lock.
_HELD_SECONDS = 0.5


async def test_a_key_that_is_being_used_becomes_no_intent(world: World) -> None:
    program_id = (await world.program()).program_id
    command = CreateApiKey(program_id, "checkout", frozenset({ApiScope.READ}), "k", None)
    async with world.api.write(program_id) as unit:
        await create_api_key(unit, world.hasher, "tester", command, world.now)
        registering = asyncio.create_task(register(world, program_id, "k"))
        await asyncio.sleep(_HELD_SECONDS)
    [outcome] = await asyncio.gather(registering, return_exceptions=True)
    assert isinstance(outcome, Refusal | Unavailable), outcome
    assert await world.fetch(program_id, "SELECT FROM intent") == []
