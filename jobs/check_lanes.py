"""Looks at every relayer: funds, nonces, age of what waits; a new key gets its lane."""

from app.processes.settlement.check_lanes import check_lanes as check
from app.processes.settlement.ensure_lanes import ensure_lanes
from jobs.context import JobContext
from jobs.entry import wake


def check_lanes() -> None:
    """RQ's way in."""
    wake("check_lanes")


async def run(context: JobContext) -> None:
    """Once over every chain."""
    runtime = context.runtime
    for chain in runtime.chains.values():
        await ensure_lanes(runtime.database, runtime.bells, chain, context.signers, runtime.clock)
        await check(runtime.database, runtime.bells, chain, runtime.clock)
