"""Matures commissions and proposes batches, once a day of each program's own time."""

from app.processes.payouts.parts import Payouts
from app.processes.payouts.pay_day import pay_day as do_pay_day
from app.runtime import chain_facts
from jobs.context import JobContext
from jobs.entry import wake


def pay_day() -> None:
    """RQ's way in."""
    wake("pay_day")


async def run(context: JobContext) -> None:
    """Once over every program whose day is not done."""
    runtime = context.runtime
    facts = chain_facts(runtime.settings)
    parts = Payouts(runtime.database, runtime.bells, runtime.chains, facts, runtime.clock)
    await do_pay_day(parts, context.stopping.is_set)
