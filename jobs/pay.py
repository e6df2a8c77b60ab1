"""Pays what owners approved, on every chain, and ends what cannot be paid any more."""

import asyncio

from app.chain.client import Chain
from app.processes.payouts.end_safe_transactions import end_safe_transactions
from app.processes.payouts.relay_payouts import relay_payouts
from jobs.context import JobContext
from jobs.entry import wake
from jobs.settle_intents import settling_of


def pay() -> None:
    """RQ's way in."""
    wake("pay")


async def run(context: JobContext) -> None:
    """Once over every chain. Raises when one chain's turn failed, after the others ended."""
    chains = context.runtime.chains.values()
    outcomes = await asyncio.gather(
        *(_pay_on(context, chain) for chain in chains), return_exceptions=True
    )
    problems = [one for one in outcomes if isinstance(one, BaseException)]
    if problems:
        raise problems[0]


async def _pay_on(context: JobContext, chain: Chain) -> None:
    settling = settling_of(context, chain, context.stopping.is_set)
    await end_safe_transactions(settling)
    await relay_payouts(settling)
