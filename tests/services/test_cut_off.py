"""A primary that the network cuts off in the middle: callers hear of it in time, and what they ask again is done once."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from app.domain.errors import Unconfirmed
from app.services.affiliates.register_affiliate import RegisterAffiliate, register_affiliate
from app.store.database import Database
from tests.fixtures.databases import Database as OwnDatabase
from tests.fixtures.wire import Wire, wire_to
from tests.services.world import World, key_of, wallet

_COMMIT_SECONDS = 0.5
# The commit's, a second to give the connection back, and a machine under load: it took 5.5 s before.
_LONGEST_SECONDS = 4.0


@pytest.fixture
async def cut_world(database: OwnDatabase) -> AsyncIterator[tuple[World, Wire]]:
    """A web process with one connection, and the wire that it leads through."""
    async with wire_to(database.dsn("sge_api")) as (wire, dsn):
        api = await Database.connect(dsn, maximum=1)
        api.longest_commit_seconds = _COMMIT_SECONDS
        yield World(api), wire
        api.pool.terminate()


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_commit_that_nobody_answers_is_unconfirmed_in_time(
    cut_world: tuple[World, Wire], arrives: bool
) -> None:
    world, wire = cut_world
    program_id = (await world.program()).program_id
    command = RegisterAffiliate(program_id, wallet(), None, "ANN")
    wire.cut_at_commit(arrives=arrives)
    with pytest.raises(Unconfirmed, match="same key"):
        async with asyncio.timeout(_LONGEST_SECONDS):
            await world.run(program_id, register_affiliate, key_of(program_id), command)
    wire.heal()
    # Of one connection, which was given back whatever it was doing: a new one has taken its place.
    again = await world.run(program_id, register_affiliate, key_of(program_id), command)
    rows = await world.fetch(program_id, "SELECT id FROM affiliate")
    assert [row["id"] for row in rows] == [again.affiliate_id]
