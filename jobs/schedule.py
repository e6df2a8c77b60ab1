"""Which jobs there are, how often each runs at least, and what runs them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.bus.channels import queue_of
from jobs import (
    alerts,
    apply_rollups,
    check_lanes,
    deliver_webhooks,
    housekeeping,
    pay,
    pay_day,
    process_provider_events,
    queue_webhooks,
    read_balances,
    reconcile,
    release_stuck,
    seal,
    settle_intents,
    snapshot_accounts,
    watch_chain,
)
from jobs.context import JobContext


@dataclass(frozen=True)
class ScheduledJob:
    """every_seconds: how often it is woken without any bell. endless: runs until its process stops or it lost its
    lease, so nobody waits for its end.
    """

    name: str
    run: Callable[[JobContext], Awaitable[None]]
    every_seconds: float
    endless: bool = False

    @property
    def queue(self) -> str:
        return queue_of(self.name)


JOBS = {
    job.name: job
    for job in (
        ScheduledJob("settle_intents", settle_intents.run, every_seconds=5),
        ScheduledJob("pay", pay.run, every_seconds=5),
        ScheduledJob("pay_day", pay_day.run, every_seconds=60),
        ScheduledJob("watch_chain", watch_chain.run, every_seconds=2, endless=True),
        ScheduledJob("process_provider_events", process_provider_events.run, every_seconds=5),
        ScheduledJob("apply_rollups", apply_rollups.run, every_seconds=5),
        ScheduledJob("seal", seal.run, every_seconds=5),
        ScheduledJob("queue_webhooks", queue_webhooks.run, every_seconds=1),
        ScheduledJob("deliver_webhooks", deliver_webhooks.run, every_seconds=5),
        ScheduledJob("housekeeping", housekeeping.run, every_seconds=600),
        ScheduledJob("snapshot_accounts", snapshot_accounts.run, every_seconds=60),
        ScheduledJob("release_stuck", release_stuck.run, every_seconds=60),
        ScheduledJob("alerts", alerts.run, every_seconds=10),
        ScheduledJob("read_balances", read_balances.run, every_seconds=10),
        ScheduledJob("reconcile", reconcile.run, every_seconds=60),
        ScheduledJob("check_lanes", check_lanes.run, every_seconds=60),
    )
}
