"""Watches every chain for as long as the process runs: whoever has a chain's lease reads it, the others wait for it."""

import asyncio

from app.chain.client import Chain
from app.processes.watching.watch import WatcherParts
from app.processes.watching.watch import watch_chain as watch
from jobs.context import JobContext
from jobs.entry import wake

# So soon another one goes on where a watcher was told to end.
_ASK_FOR_LEASE_EACH_SECONDS = 0.5


def watch_chain() -> None:
    """RQ's way in."""
    wake("watch_chain")


async def run(context: JobContext) -> None:
    """Until the process stops. A fault of one chain's watcher ends all; the next wake-up begins again."""
    async with asyncio.TaskGroup() as group:
        for chain in context.runtime.chains.values():
            group.create_task(_keep_watching(context, chain))


async def _keep_watching(context: JobContext, chain: Chain) -> None:
    while not context.stopping.is_set():
        await watch(parts_of(context, chain), context.stopping)
        try:
            async with asyncio.timeout(_ASK_FOR_LEASE_EACH_SECONDS):
                await context.stopping.wait()
        except TimeoutError:
            continue


def parts_of(context: JobContext, chain: Chain) -> WatcherParts:
    """What the watcher of a chain works with."""
    runtime = context.runtime
    facts = runtime.chain_settings(chain.chain_id)
    assert facts.gateway is not None
    return WatcherParts(
        database=runtime.database,
        bells=runtime.bells,
        chain=chain,
        gateway=facts.gateway,
        confirmations=facts.confirmations,
        small_inflows=facts.small_inflows,
        clock=runtime.clock,
        holder=context.holder,
    )
