"""Run as a process: a whole recovery, which kills itself with -9 when it comes to a step."""

import asyncio
import json
import os
import signal
import sys
from datetime import timedelta

from app.chain.client import Chain
from app.processes.recovery.recover import Recovering, begin, recover
from app.processes.watching.watch import WatcherParts
from app.store.database import Database
from sge.embedded.anvil import CHAIN_ID
from tests.processes.settling_world import MovableClock
from tests.recovery.recovering import RememberedPlace
from tests.services.world import RecordingBells


async def main() -> None:
    told = json.load(sys.stdin)

    def at_point(point: str) -> None:
        if point == told["point"]:
            os.kill(os.getpid(), signal.SIGKILL)

    database = await Database.connect(told["dsn"])
    chain = Chain(CHAIN_ID, [told["rpc"]])
    clock = MovableClock(timedelta(seconds=told["ahead_seconds"]))
    parts = WatcherParts(
        database=database,
        bells=RecordingBells(),
        chain=chain,
        gateway=told["gateway"],
        confirmations=2,
        clock=clock,
        holder="dies",
        at_point=at_point,
        recovering=True,
    )
    witness = RememberedPlace()
    recovering = Recovering(database, RecordingBells(), witness, [parts], clock, "operator:test")
    recovery = await begin(recovering, None)
    assert recovery is not None
    at_point("recovery.begun")
    await recover(recovering, recovery, lambda _: None)


if __name__ == "__main__":
    asyncio.run(main())
