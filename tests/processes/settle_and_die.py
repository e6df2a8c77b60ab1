"""Run as a process: settles once, and kills itself with -9 when it comes to a step."""

import asyncio
import json
import os
import signal
import sys

from app.chain.client import Chain
from app.chain.signer import Signer
from app.domain.clock import real_clock
from app.processes.settlement.settle import settle
from app.processes.settlement.settling import Settling
from app.store.database import Database
from sge.embedded.anvil import CHAIN_ID
from tests.services.world import RecordingBells


async def main() -> None:
    told = json.load(sys.stdin)

    def at_point(point: str) -> None:
        if point == told["point"]:
            os.kill(os.getpid(), signal.SIGKILL)

    signer = Signer(told["key"])
    await settle(
        Settling(
            chain=Chain(CHAIN_ID, [told["rpc"]]),
            database=await Database.connect(told["dsn"]),
            bells=RecordingBells(),
            clock=real_clock,
            gateway=told["gateway"],
            max_fee_wei=told["max_fee_wei"],
            lane_limit=16,
            signers={signer.address: signer},
            holder="dies",
            at_point=at_point,
        )
    )


if __name__ == "__main__":
    asyncio.run(main())
