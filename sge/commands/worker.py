"""`sge worker` and `sge scheduler`: what happens later."""

import gc
from socket import socket
from typing import Annotated

import typer
import uvloop

from app.domain.queues import QUEUES, WEBHOOK_QUEUE
from app.metrics import WORKER_UP
from app.observability import configure_logging
from app.settings import Settings, load_settings
from jobs.probes import probes
from jobs.scheduler import schedule
from jobs.worker import work
from sge.session import opened_runtime
from sge.starting import probe_socket, require_own_chains, require_tables, tracing

# A drain holds thousands of rows at a time, and none of them in a cycle: with Python's own threshold a quarter of a
# worker's time goes into looking for some.
_OBJECTS_BEFORE_COLLECTION = 50_000


def worker(
    queue: Annotated[
        list[str] | None,
        typer.Option(
            metavar="QUEUE", help=f"One of {', '.join(QUEUES)}; may be repeated. Default: all."
        ),
    ] = None,
) -> None:
    """Settle, watch the chains, and keep everything up to date, until SIGTERM."""
    unknown = set(queue or ()) - set(QUEUES)
    if unknown:
        raise typer.BadParameter(
            f"no queue is named {', '.join(sorted(unknown))}; there are {', '.join(QUEUES)}"
        )
    only_webhooks = set(queue or ()) == {WEBHOOK_QUEUE}
    settings = load_settings().require_for("worker --queue webhooks" if only_webhooks else "worker")
    configure_logging(settings.log_level.upper())
    gc.freeze()
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTION)
    listening = probe_socket(settings)
    with tracing(settings, "worker"):
        uvloop.run(
            _work(settings, listening, [name for name in QUEUES if not queue or name in queue])
        )


def scheduler() -> None:
    """Wake every job at its interval, until SIGTERM; several may run, one of them does it."""
    settings = load_settings().require_for("scheduler")
    configure_logging(settings.log_level.upper())
    with tracing(settings, "scheduler"):
        uvloop.run(_schedule(settings, probe_socket(settings)))


async def _work(settings: Settings, listening: socket | None, queues: list[str]) -> None:
    async with opened_runtime(settings, "worker") as runtime:
        await require_tables(runtime.database, "SGE_DATABASE_WORKER_URL")
        await require_own_chains(settings)
        WORKER_UP.set(1)
        async with probes(runtime, listening):
            await work(runtime, queues)


async def _schedule(settings: Settings, listening: socket | None) -> None:
    async with opened_runtime(settings, "scheduler") as runtime:
        await require_tables(runtime.database, "SGE_DATABASE_WORKER_URL")
        await schedule(runtime, listening)
