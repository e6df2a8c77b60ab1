"""`sge api`: one API process. Any number of them run behind a load balancer."""

import uvicorn

from app.api_runtime import ApiProcess
from app.main import create_app, server_config
from app.observability import configure_logging
from app.settings import load_settings
from schema.build import build_schema
from schema.transport.settings import TransportSettings


def api() -> None:
    """Serve GraphQL, subscriptions, health, metrics and the page (SGE_API_HOST, SGE_API_PORT)."""
    settings = load_settings().require_for("api")
    configure_logging(settings.log_level.upper())
    transport = TransportSettings(introspection=settings.shows_schema)
    app = create_app(
        ApiProcess(settings), build_schema(), transport, serve_page=settings.serve_page
    )
    uvicorn.Server(server_config(app, settings.api_host, settings.api_port, transport)).run()
