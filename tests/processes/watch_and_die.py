"""Run as a process: one turn of the watcher, which kills itself with -9 when it comes to a step."""

import asyncio
import json
import os
import signal
import sys
from datetime import timedelta

from app.chain.client import Chain
from app.processes.watching.watch import WatcherParts, open_watcher
from app.store.database import Database
from sge.embedded.anvil import CHAIN_ID
from tests.processes.settling_world import MovableClock
from tests.services.world import RecordingBells


async def main() -> None:
    told = json.load(sys.stdin)

    def at_point(point: str) -> None:
        if point == told["point"]:
            os.kill(os.getpid(), signal.SIGKILL)

    watcher = await open_watcher(
        WatcherParts(
            database=await Database.connect(told["dsn"]),
            bells=RecordingBells(),
            chain=Chain(CHAIN_ID, [told["rpc"]]),
            gateway=told["gateway"],
            confirmations=2,
            clock=MovableClock(timedelta(seconds=told["ahead_seconds"])),
            holder="dies",
            at_point=at_point,
        )
    )
    assert watcher is not None
    await watcher.turn()


if __name__ == "__main__":
    asyncio.run(main())
