"""Where a worker or scheduler answers /healthz, /readyz and /metrics, when it was given a port."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import structlog
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.checks.chains import open_nodes
from app.checks.process import NODE_SECONDS, process_checks
from app.checks.readiness import Readiness, answered
from app.runtime import Runtime

_LOG = structlog.get_logger()


class _Beside(uvicorn.Server):
    """Runs in the process's own loop and leaves signals to it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def probes(
    runtime: Runtime,
    listening: socket.socket | None,
    before_metrics: Callable[[], Awaitable[None]] | None = None,
) -> AsyncIterator[None]:
    """Answers while the block runs. listening: None: nowhere. before_metrics: brings gauges up to date."""
    if listening is None:
        yield
        return
    nodes = open_nodes(runtime.settings.chains, NODE_SECONDS)
    readiness = Readiness(process_checks(runtime, nodes))
    app = _application(readiness, before_metrics)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, lifespan="off", ws="none"
    )
    server = _Beside(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    host, port = listening.getsockname()[:2]
    _LOG.info("probes are answered", host=host, port=port)
    try:
        yield
    finally:
        server.should_exit = True
        await serving
        for node in nodes.values():
            await node.close()


def _application(
    readiness: Readiness, before_metrics: Callable[[], Awaitable[None]] | None
) -> Starlette:
    async def healthz(_: Request) -> Response:
        return JSONResponse({"alive": True})

    async def readyz(_: Request) -> Response:
        return JSONResponse(*await answered(readiness.findings))

    async def metrics(_: Request) -> Response:
        if before_metrics is not None:
            await before_metrics()
        return Response(generate_latest(), headers={"content-type": CONTENT_TYPE_LATEST})

    routes = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}
    return Starlette(routes=[Route(path, answer) for path, answer in routes.items()])
