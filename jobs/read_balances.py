"""Reads what treasuries hold, for the balances that clients see."""

from app.processes.read_balances import read_balances as read
from jobs.context import JobContext
from jobs.entry import wake


def read_balances() -> None:
    """RQ's way in."""
    wake("read_balances")


async def run(context: JobContext) -> None:
    """Once over every chain."""
    runtime = context.runtime
    for chain in runtime.chains.values():
        await read(runtime.database, runtime.bells, chain, runtime.clock)
