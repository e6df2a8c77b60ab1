"""The API on real parts: PostgreSQL, Redis, a chain with the contracts and a Safe for each program."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from app.chain.deploy import Deployment
from app.settings import Settings
from app.store.database import Database as Pool
from sge.embedded.anvil import Anvil
from tests.api.caller import Stage
from tests.api.filled import FilledProgram
from tests.api.opened import open_stage
from tests.api.paying import Paying, paying_program
from tests.api.provider import SECRET, SET, Provider
from tests.contracts.conftest import deployment
from tests.fixtures.databases import Database
from tests.fixtures.documented_events import assert_events_are_documented
from tests.invariants import assert_invariants

__all__ = ["deployment"]

CHAIN_ID = 31337


def settings(database: Database, redis_url: str, anvil: Anvil, deployed: Deployment) -> Settings:
    """What an API process of this test is told."""
    token = {"code": "USDC", "address": deployed.token, "decimals": 6}
    return Settings.model_validate(
        {
            "database_api_url": database.dsn("sge_api"),
            "database_feed_url": database.dsn("sge_feed"),
            "redis_url": redis_url,
            "secret_key": "a secret of the tests, long enough for anybody",
            "encryption_key": "another secret of the tests, as long as it has to be",
            "webhooks_allow_loopback": True,
            "chains": [
                {
                    "chain_id": CHAIN_ID,
                    "name": "anvil",
                    "rpc_urls": [anvil.url],
                    "tokens": [token | {"name": "USD Coin", "version": "2"}],
                    "confirmations": 2,
                    "gateway": deployed.gateway,
                    "identity": deployed.identity,
                    "multisend": deployed.multisend,
                }
            ],
        }
    )


@pytest.fixture
async def stage(
    database: Database, redis_url: str, anvil: Anvil, deployment: Deployment
) -> AsyncIterator[Stage]:
    """A running API process and a key of the platform."""
    told = settings(database, redis_url, anvil, deployment)
    async with open_stage(told, anvil.url, deployment) as stage:
        yield stage
    if not stage.handmade_events:
        await assert_events_are_documented(database.dsn())


@pytest.fixture
async def filled(stage: Stage, database: Database) -> AsyncIterator[FilledProgram]:
    """A program that can be filled with settled payments."""
    owner = await asyncpg.connect(database.dsn())
    worker = await Pool.connect(database.dsn("sge_worker"), maximum=1)
    program = FilledProgram(await stage.program(), owner, worker, stage.process.now())
    await program.begin()
    yield program
    await worker.close()
    await owner.close()


@pytest.fixture
async def paying(stage: Stage, database: Database) -> AsyncIterator[Paying]:
    """A program that has commissions to pay, and the money for them in its Safe."""
    owner = await asyncpg.connect(database.dsn())
    worker = await Pool.connect(database.dsn("sge_worker"), maximum=1)
    yield await paying_program(stage, owner, worker)
    await worker.close()
    await owner.close()


@pytest.fixture
async def provider(stage: Stage, database: Database) -> AsyncIterator[Provider]:
    """A program that sells through Coinbase Commerce; the invariants hold at the end."""
    program = await stage.program()
    made = await program.ask(SET, id=program.id, secret=SECRET)
    assert made["setProviderSecret"]["userErrors"] == []
    worker = await Pool.connect(database.dsn("sge_worker"), maximum=2)
    yield Provider(stage, program, worker)
    await worker.close()
    admin = await asyncpg.connect(database.superuser_dsn)
    try:
        await assert_invariants(admin)
    finally:
        await admin.close()
