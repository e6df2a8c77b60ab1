"""Queues new events for the webhooks that listen to them."""

from app.processes.webhooks.queueing import queue_events
from jobs.context import JobContext
from jobs.entry import wake
from resolvers.webhook_messages import body_of


def queue_webhooks() -> None:
    """RQ's way in."""
    wake("queue_webhooks")


async def run(context: JobContext) -> None:
    """Until nothing new is left, or somebody else does it."""
    runtime = context.runtime
    await queue_events(
        runtime.database,
        runtime.bells,
        runtime.clock,
        holder=context.holder,
        body_of=body_of,
        stopping=context.stopping,
    )
