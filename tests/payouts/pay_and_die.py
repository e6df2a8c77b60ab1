"""Run as a process: one run of the pay job, or an owner's approval, which kills itself with -9 when it comes to a step."""

import asyncio
import json
import os
import signal
import sys
from typing import Any
from uuid import UUID

from app.chain.client import Chain
from app.chain.signer import Signer
from app.processes.payouts.approve_batch import ApprovePayoutBatch, approve_payout_batch
from app.processes.payouts.end_safe_transactions import end_safe_transactions
from app.processes.payouts.parts import Payouts
from app.processes.payouts.relay_payouts import relay_payouts
from app.processes.settlement.settling import Settling
from app.store.database import Database
from sge.embedded.anvil import CHAIN_ID
from tests.processes.settling_world import MovableClock
from tests.services.world import RecordingBells, key_of


async def main() -> None:
    told = json.load(sys.stdin)

    def at_point(point: str) -> None:
        if point == told["point"]:
            os.kill(os.getpid(), signal.SIGKILL)

    database = await Database.connect(told["dsn"])
    chain = Chain(CHAIN_ID, [told["rpc"]])
    if told["approval"] is not None:
        parts = Payouts(database, RecordingBells(), {CHAIN_ID: chain}, {}, MovableClock())
        await _approve(parts, told["approval"], at_point)
        return
    signer = Signer(told["key"])
    settling = Settling(
        chain=chain,
        database=database,
        bells=RecordingBells(),
        clock=MovableClock(),
        gateway=told["gateway"],
        max_fee_wei=10**11,
        lane_limit=16,
        signers={signer.address: signer},
        holder="dies",
        at_point=at_point,
    )
    await end_safe_transactions(settling)
    await relay_payouts(settling)


async def _approve(parts: Payouts, given: dict[str, Any], at_point: Any) -> None:
    command = ApprovePayoutBatch(
        UUID(given["batch"]),
        given["owner"],
        [bytes.fromhex(one) for one in given["signatures"]],
        bytes.fromhex(given["content_hash"]),
    )
    await approve_payout_batch(parts, key_of(given["program"]), command, at_point=at_point)


if __name__ == "__main__":
    asyncio.run(main())
