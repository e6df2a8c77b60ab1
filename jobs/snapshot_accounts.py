"""Writes the account snapshots and the stretches of journals that are due."""

from app.processes.snapshot_accounts import snapshot_accounts as write_snapshots
from jobs.context import JobContext
from jobs.entry import wake


def snapshot_accounts() -> None:
    """RQ's way in."""
    wake("snapshot_accounts")


async def run(context: JobContext) -> None:
    """Once."""
    await write_snapshots(context.runtime.database, context.runtime.bells)
