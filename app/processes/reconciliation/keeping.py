"""Keeps a run's lease while its checks take their time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import structlog

from app.domain.reconciliation import Run
from app.processes.reconciliation.parts import Reconciling
from app.services.execute import execute
from app.services.reconciliation.carry_out import LEASE, RunLost, keep_run

_LOG = structlog.get_logger()
_EVERY_SECONDS = LEASE.total_seconds() / 5


@asynccontextmanager
async def kept(parts: Reconciling, run: Run) -> AsyncIterator[None]:
    """The run is this worker's until the end of the block, unless its process stands still for longer than the lease."""
    keeping = asyncio.create_task(_keep(parts, run))
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def _keep(parts: Reconciling, run: Run) -> None:
    while True:
        await asyncio.sleep(_EVERY_SECONDS)
        keep = partial(keep_run, run=run, now=parts.clock())
        try:
            await execute(parts.database, parts.bells, run.program_id, keep)
        except RunLost:
            return  # its end says so
        except Exception:  # noqa: BLE001 - the lease lasts for several tries
            _LOG.warning("a reconciliation's lease could not be kept", run=str(run.id))
