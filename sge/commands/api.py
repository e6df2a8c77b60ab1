"""`sge api`: one API process. Any number of them run behind a load balancer."""

import asyncio
from collections.abc import Sequence

import structlog
from starlette.routing import BaseRoute

from app.api_runtime import ApiProcess
from app.bus.witness import RedisWitness
from app.main import create_app, make_server, page_is_built, transport_settings
from app.observability import configure_logging
from app.processes.recovery.notice import TakenBack, require_same_past
from app.runtime import connect_as
from app.settings import Settings, load_settings
from app.store.database import Database
from schema.build import build_schema
from sge.failures import CannotStart
from sge.starting import listening_socket, require_tables, tracing


def api() -> None:
    """Serve GraphQL, subscriptions, health, metrics and the page (SGE_API_HOST, SGE_API_PORT)."""
    serve_api(load_settings().require_for("api"))


def serve_api(settings: Settings, routes: Sequence[BaseRoute] = ()) -> None:
    """Until the process is told to end. routes: beside those of every API process."""
    configure_logging(settings.log_level.upper())
    asyncio.run(_require_databases(settings))
    listening = listening_socket(settings.api_host, settings.api_port)
    log = structlog.get_logger()
    log.info("api listens", host=settings.api_host, port=settings.api_port)
    if settings.serve_page and not page_is_built():
        log.warning("the page is not served: it has not been built", remedy="make frontend")
    transport = transport_settings(settings)
    app = create_app(
        ApiProcess(settings),
        build_schema(),
        transport,
        serve_page=settings.serve_page,
        routes=routes,
    )
    server = make_server(app, settings.api_host, settings.api_port, transport)
    with tracing(settings, "api"):
        server.run(sockets=[listening])


async def _require_databases(settings: Settings) -> None:
    """Before the server starts, whose startup would tell any failure with a trace."""
    for role in ("api", "feed"):
        database = await connect_as(settings, role)
        try:
            await require_tables(database, f"SGE_DATABASE_{role.upper()}_URL")
            if role == "feed":
                await _require_same_past(database, settings)
        finally:
            await database.close()


async def _require_same_past(database: Database, settings: Settings) -> None:
    """Nobody decides anything on tables that were taken back, before all of it is paused."""
    assert settings.redis_url is not None
    assert settings.encryption_key is not None
    witness = RedisWitness(settings.redis_url.get_secret_value(), settings.encryption_key)
    try:
        await require_same_past(database, witness)
    except TakenBack as problem:
        raise CannotStart(
            f"{problem}; start a worker, or run `sge recover --begin-only`: the API starts when that has begun"
        ) from None
    finally:
        await witness.close()
