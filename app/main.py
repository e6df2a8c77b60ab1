"""The API process: an ASGI application, and the uvicorn settings it is to run under."""

from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from schema.transport.asgi import Schema, build_application
from schema.transport.exports import ExportingRuntime, Exports
from schema.transport.leaving import LeavingServer
from schema.transport.settings import TransportSettings
from schema.transport.socket_protocol import SocketProtocol

_PAGES = Path(__file__).parent.parent / "frontend-stub" / "dist"


def page_is_built() -> bool:
    """Whether there is a page to serve at `/`."""
    return _PAGES.is_dir()


def create_app(
    runtime: ExportingRuntime,
    schema: Schema,
    settings: TransportSettings | None = None,
    *,
    serve_page: bool = True,
) -> Starlette:
    """Build the API; its lifespan starts and stops the runtime.

    The page at `/` is served when it is wanted and has been built.
    """
    return build_application(
        runtime,
        schema,
        settings or TransportSettings(),
        pages=_PAGES if serve_page and page_is_built() else None,
        routes=[Exports(runtime).route()],
    )


def make_server(
    app: Starlette, host: str, port: int, settings: TransportSettings
) -> uvicorn.Server:
    """Give the server that `sge api` runs: it sends clients away before it stops."""
    return LeavingServer(server_config(app, host, port, settings), app.state.leave)


def server_config(
    app: Starlette, host: str, port: int, settings: TransportSettings
) -> uvicorn.Config:
    """Give uvicorn's settings that the transport relies on.

    Its websockets-sansio, on which SocketProtocol stands, sends about twice as many frames a second as uvicorn's default and waits for a
    full socket like it. Deflate is off: it doubles a socket's memory. Dead peers are found by uvicorn's own pings,
    beside the protocol's.
    """
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        ws=SocketProtocol,
        ws_max_size=settings.maximum_message_bytes,
        ws_per_message_deflate=False,
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        timeout_graceful_shutdown=10,
    )
