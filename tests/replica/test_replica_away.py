"""Nobody notices that a replica dies, comes back, or becomes the primary."""

import asyncio
import os
import signal
from contextlib import suppress
from math import inf

from tests.fixtures.counted import counted
from tests.replica.conftest import Pair, StartProcess
from tests.replica.test_reading import codes, register, until_replica_has


async def test_a_killed_replica_costs_no_reader_an_error(
    pair: Pair, start_process: StartProcess
) -> None:
    stage = await start_process()
    program = await stage.program()
    position = await register(program, "FIRST")
    await pair.catch_up()
    await until_replica_has(program, position)
    failed: list[BaseException] = []
    stop = asyncio.Event()

    async def read_on() -> None:
        while not stop.is_set():
            try:
                assert (await codes(program, position))[0] == {"FIRST"}
            except BaseException as failure:
                failed.append(failure)
                raise

    readers = [asyncio.create_task(read_on()) for _ in range(8)]
    await asyncio.sleep(0.3)
    os.kill(pair.replica.pid, signal.SIGKILL)
    async with asyncio.timeout(20):
        while counted("sge_replica_usable"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    pair.replica.stop()
    before = _of_replica()
    assert counted("sge_replica_lag_seconds") == inf
    await asyncio.sleep(0.3)
    assert _of_replica() == before
    pair.replica.start()
    async with asyncio.timeout(20):
        while _of_replica() < before + 20:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert counted("sge_replica_usable") == 1
    async with asyncio.timeout(20):
        while counted("sge_replica_lag_seconds") >= 3:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    stop.set()
    with suppress(AssertionError):
        await asyncio.gather(*readers)
    assert not failed


async def test_a_process_starts_without_its_replica(
    pair: Pair, start_process: StartProcess
) -> None:
    pair.replica.stop()
    stage = await start_process()
    program = await stage.program()
    assert await codes(program) == (set(), "primary")
    pair.replica.start()
    position = await register(program, "FIRST")
    await until_replica_has(program, position)


def _of_replica() -> float:
    return counted("sge_reads_total", server="replica")
