"""What a worker says of itself while it works, waits and ends."""

import asyncio

import asyncpg
from pydantic import SecretStr

from app.bus.witness import RedisWitness
from app.runtime import Runtime
from app.settings import Settings
from app.store.database import Database as Pool
from jobs.context import JobContext
from jobs.heartbeat import Heartbeat
from jobs.runner import JobRunner
from tests.fixtures.databases import Database
from tests.storage.bells import SilentBells

_SAID = "SELECT state, current_job, queues FROM worker_heartbeat WHERE name = 'one'"
_HOLD = "LOCK TABLE consumer_position IN ACCESS EXCLUSIVE MODE"


async def until_said(root: asyncpg.Connection, *wanted: object) -> None:
    async with asyncio.timeout(10):
        while tuple(await root.fetchrow(_SAID) or ()) != wanted:  # noqa: ASYNC110 - as others see it
            await asyncio.sleep(0.02)


async def test_a_worker_names_its_job_and_says_when_it_ends(
    database: Database, redis_url: str
) -> None:
    pool = await Pool.connect(database.dsn("sge_worker"), maximum=3)
    settings = Settings(_env_file=None, secret_key=SecretStr("a secret of the tests, long enough"))
    context = JobContext(
        Runtime(settings, SilentBells(), databases={"worker": pool}), {}, holder="one"
    )
    runner = JobRunner(context, ["upkeep"])
    beat = Heartbeat(
        context, "one", ["upkeep"], runner, RedisWitness(redis_url, SecretStr("the key of a test"))
    )
    root, holding = [await asyncpg.connect(database.superuser_dsn) for _ in range(2)]
    async with holding.transaction():
        await holding.execute(_HOLD)
        working = asyncio.create_task(runner._wake_and_wait("seal"))
        await asyncio.sleep(0)
        beating = asyncio.create_task(beat.beat())
        await until_said(root, "BUSY", "seal", ["upkeep"])
    await working
    context.stopping.set()
    await until_said(root, "STOPPING", None, ["upkeep"])
    beat.ended.set()
    await beating
    assert await root.fetchrow(_SAID) is None
    for one in (root, holding, pool):
        await one.close()
