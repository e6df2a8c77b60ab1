"""Sends webhooks that are due."""

from app.processes.webhooks.delivering import Delivery
from app.processes.webhooks.resolving import SystemResolver
from app.processes.webhooks.sending import Sender
from jobs.context import JobContext
from jobs.entry import wake
from resolvers.webhook_messages import message_id

_RESOLVER = SystemResolver()


def deliver_webhooks() -> None:
    """RQ's way in."""
    wake("deliver_webhooks")


async def run(context: JobContext) -> None:
    """Until nothing is due and no receiver is waited for."""
    runtime = context.runtime
    sender = Sender(
        _RESOLVER, runtime.clock, allow_loopback=runtime.settings.webhooks_allow_loopback
    )
    delivery = Delivery(
        runtime.database,
        runtime.bells,
        runtime.clock,
        runtime.secret_box,
        sender,
        lambda claimed: message_id(claimed.id),
    )
    try:
        await delivery.deliver_due(context.stopping)
    finally:
        await sender.close()
