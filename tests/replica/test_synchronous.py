"""What was accepted is on the standby when the answer arrives; what nobody waits for goes on without it."""

import asyncio
import os
import signal

import pytest

from app.services.execute import execute
from app.store.database import Database, UnitOfWork
from app.store.server.standby import outlive_the_primary
from tests.api.test_live_state import registration
from tests.replica.conftest import Pair, StartProcess
from tests.storage.bells import SilentBells

NAMES = "ALTER SYSTEM SET synchronous_standby_names = '{}'"
BEAT = "INSERT INTO worker_heartbeat VALUES (gen_random_uuid()::text, '{}', 'IDLE', NULL, now())"
PATIENCE_SECONDS = 2


@pytest.fixture
def pair(own_pair: Pair) -> Pair:
    wait_for(own_pair, "ANY 1 (*)")
    return own_pair


def wait_for(pair: Pair, names: str) -> None:
    pair.primary.run_sql(NAMES.format(names))
    pair.primary.run_sql("SELECT pg_reload_conf()")


@pytest.mark.long
async def test_an_accepted_intent_survives_the_primary(
    pair: Pair, start_process: StartProcess
) -> None:
    program = await (await start_process()).program()
    accepted = [await registration(program, number) for number in range(1, 21)]
    os.kill(pair.primary.pid, signal.SIGKILL)
    pair.replica.promote()
    there = pair.replica.run_sql("SELECT count(*) FROM intent", "sge")
    assert int(there) == len(accepted)


@pytest.mark.long
async def test_without_the_standby_nothing_is_said_to_be_accepted_and_heartbeats_go_on(
    pair: Pair, start_process: StartProcess
) -> None:
    program = await (await start_process()).program()
    pair.replica.stop()
    try:
        for _ in range(2):  # the second time they are here, and not yet there
            together = [registration(program, number) for number in range(1, 5)]
            for answer in await asyncio.gather(*together, return_exceptions=True):
                assert isinstance(answer, AssertionError)
                assert "SERVICE_UNAVAILABLE" in str(answer)
        await _workers_wait_with_what_they_sign_only(pair.primary.dsn("sge_worker"))
    finally:
        wait_for(pair, "")
    for number in range(1, 5):  # with the same keys: they are those that were asked for
        await registration(program, number)
    assert pair.primary.run_sql("SELECT count(*) FROM intent", "sge").strip() == "4"


async def _workers_wait_with_what_they_sign_only(dsn: str) -> None:
    database = await Database.connect(dsn, maximum=2)

    async def beat(unit: UnitOfWork) -> None:
        await unit.connection.execute(BEAT)

    async def sign(unit: UnitOfWork) -> None:
        await outlive_the_primary(unit)
        await unit.connection.execute(BEAT)

    async with asyncio.timeout(PATIENCE_SECONDS):
        await execute(database, SilentBells(), None, beat)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            await execute(database, SilentBells(), None, sign)
    database.pool.terminate()
