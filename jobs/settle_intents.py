"""Settles what is due on every chain: claims, simulates, signs, sends, and looks after what is on its way."""

import asyncio
import time
from collections.abc import Callable
from functools import partial

from app.chain.client import Chain
from app.domain.ids import new_id
from app.processes.settlement.settle import settle
from app.processes.settlement.settling import Settling
from jobs.context import JobContext
from jobs.entry import wake

# Lanes change hands at least this often.
_LONGEST_RUN_SECONDS = 60.0


def settle_intents() -> None:
    """RQ's way in."""
    wake("settle_intents")


async def run(context: JobContext) -> None:
    """One drain of every chain's due work. Raises when a chain's drain failed, after the others ended."""
    chains = context.runtime.chains.values()
    outcomes = await asyncio.gather(
        *(_drain(context, chain) for chain in chains), return_exceptions=True
    )
    problems = [one for one in outcomes if isinstance(one, BaseException)]
    if problems:
        raise problems[0]


async def _drain(context: JobContext, chain: Chain) -> None:
    while not context.stopping.is_set():
        ends = time.monotonic() + _LONGEST_RUN_SECONDS
        if not await settle(settling_of(context, chain, partial(_is_over, context, ends))):
            return


def _is_over(context: JobContext, ends: float) -> bool:
    return context.stopping.is_set() or time.monotonic() > ends


def settling_of(context: JobContext, chain: Chain, stopping: Callable[[], bool]) -> Settling:
    """The senders of a chain; holder is new each time, so that an earlier run's leases are never taken for ours."""
    runtime = context.runtime
    facts = runtime.chain_settings(chain.chain_id)
    assert facts.gateway is not None
    return Settling(
        chain=chain,
        database=runtime.database,
        bells=runtime.bells,
        clock=runtime.clock,
        gateway=facts.gateway,
        max_fee_wei=facts.max_fee_wei,
        lane_limit=runtime.settings.lane_limit,
        signers=context.signers,
        holder=f"{context.holder}/{new_id()}",
        stopping=stopping,
    )
