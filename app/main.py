"""The API process: an ASGI application, and the uvicorn settings it is to run under."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from app.domain.rate_limits import RateLimits
from app.settings import Settings, SettingsMistake
from app.trusted_documents import read_trusted_documents
from schema.transport.asgi import Schema, build_application
from schema.transport.exports import ExportingRuntime, Exports
from schema.transport.http_protocol import http_protocol
from schema.transport.leaving import LeavingServer
from schema.transport.provider_webhooks import ProviderWebhooks, ReceivingRuntime
from schema.transport.settings import TransportSettings
from schema.transport.socket_protocol import SocketProtocol

_FRONTEND = Path(__file__).parent.parent / "frontend-stub"
_PAGES = _FRONTEND / "dist"
_GRAPHIQL = _FRONTEND / "dist-graphiql"


class ServingRuntime(ExportingRuntime, ReceivingRuntime, Protocol):
    """What all routes need of the process."""


def page_is_built() -> bool:
    """Whether there is a page to serve at `/`, and GraphiQL, which is built with it."""
    return all((folder / "index.html").is_file() for folder in (_PAGES, _GRAPHIQL))


def transport_settings(settings: Settings) -> TransportSettings:
    """What the settings of the process mean for the transport; raises SettingsMistake."""
    return TransportSettings(
        introspection=settings.shows_schema,
        public_url=settings.public_url,
        cors_origins=settings.cors_origins,
        accepted_hosts=settings.accepted_hosts,
        trusted_documents=_trusted_documents(settings),
        trusted_only=settings.trusted_documents_only,
        limits=settings.rate_limits or RateLimits(),
        counts_requests=settings.rate_limits is not None,
        trusted_proxies=settings.trusted_proxies,
    )


def _trusted_documents(settings: Settings) -> dict[str, str]:
    """The page's own, when it is served, and the deployment's."""
    documents: dict[str, str] = {}
    if settings.serve_page and page_is_built():
        documents |= read_trusted_documents(_PAGES / "trusted-documents.json", "the page's build")
    if settings.trusted_documents_file is not None:
        file = settings.trusted_documents_file
        documents |= read_trusted_documents(file, "SGE_TRUSTED_DOCUMENTS_FILE")
    if settings.trusted_documents_only != "off" and not documents:
        raise SettingsMistake(
            "SGE_TRUSTED_DOCUMENTS_ONLY: no document is registered, so nobody could ask anything; "
            "set SGE_TRUSTED_DOCUMENTS_FILE"
        )
    return documents


def create_app(
    runtime: ServingRuntime,
    schema: Schema,
    settings: TransportSettings | None = None,
    *,
    serve_page: bool = True,
    routes: Sequence[BaseRoute] = (),
) -> Starlette:
    """Build the API; its lifespan starts and stops the runtime.

    The page at `/` is served when it is wanted and has been built; GraphiQL too, when
    clients may read the schema and send documents of their own. routes: more than there always are.
    """
    settings = settings or TransportSettings()
    serve_page = serve_page and page_is_built()
    explorable = settings.introspection and settings.trusted_only == "off"
    return build_application(
        runtime,
        schema,
        settings,
        pages=_PAGES if serve_page else None,
        graphiql=_GRAPHIQL if serve_page and explorable else None,
        routes=[Exports(runtime).route(), ProviderWebhooks(runtime, settings).route(), *routes],
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
        http=http_protocol(settings),
        ws=SocketProtocol,
        proxy_headers=False,  # it believes a list from its left end; see app/domain/client_address.py
        ws_max_size=settings.maximum_message_bytes,
        ws_per_message_deflate=False,
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        timeout_keep_alive=20,
        limit_concurrency=settings.connections + settings.http_connections,
        timeout_graceful_shutdown=10,
    )
