"""A web process whose primary the network cuts off in the middle of a commit."""

import asyncio

import asyncpg
import pytest
from pydantic import SecretStr

from app.chain.deploy import Deployment
from sge.embedded.anvil import Anvil
from tests.api.conftest import settings
from tests.api.opened import open_stage
from tests.api.test_live_state import registration
from tests.fixtures.databases import Database
from tests.fixtures.wire import wire_to

# 5 s for the commit, 2 for the position after it, 1 to give back the connection of each, and a machine under load.
_LONGEST_SECONDS = 14.0


@pytest.mark.long
@pytest.mark.parametrize("arrives", [True, False])
async def test_an_intent_whose_commit_nobody_answers_is_accepted_once(
    database: Database, redis_url: str, anvil: Anvil, deployment: Deployment, arrives: bool
) -> None:
    async with wire_to(database.dsn("sge_api")) as (wire, dsn):
        told = settings(database, redis_url, anvil, deployment)
        told = told.model_copy(update={"database_api_url": SecretStr(dsn)})
        async with open_stage(told, anvil.url, deployment) as stage:
            program = await stage.program()
            wire.cut_at_commit(arrives=arrives)
            with pytest.raises(AssertionError, match="SERVICE_UNAVAILABLE"):
                async with asyncio.timeout(_LONGEST_SECONDS):
                    await registration(program, 1)
            wire.heal()
            # With the same key, whether it had been accepted or not.
            intent = await registration(program, 1)
            assert await registration(program, 1) == intent
            owner = await asyncpg.connect(database.superuser_dsn)
            assert await owner.fetchval("SELECT count(*) FROM intent") == 1
            await owner.close()
