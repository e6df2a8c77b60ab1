"""Puts the transports together into one Starlette application."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from strawberry import Schema as Schema  # noqa: PLC0414  app.main may not know Strawberry

from schema.context import ApiRuntime
from schema.transport.engine import Engine
from schema.transport.health import health_routes
from schema.transport.http import GraphQLOverHttp, encode_answer
from schema.transport.presenting import present_failure
from schema.transport.request_id import RequestIdMiddleware
from schema.transport.settings import TransportSettings
from schema.transport.ws import GraphQLOverWebSocket


def build_application(
    runtime: ApiRuntime,
    schema: Schema,
    settings: TransportSettings,
    *,
    pages: Path | None = None,
    routes: Sequence[BaseRoute] = (),
) -> Starlette:
    """Serve a schema; the application's lifespan starts and stops the runtime.

    `pages` is a folder of built static files for `/`; `routes` are the application's own. A server
    that stops calls `state.leave` first.
    """
    engine = Engine(schema, settings)
    http = GraphQLOverHttp(engine, runtime, settings)
    websocket = GraphQLOverWebSocket(engine, runtime, settings)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await runtime.start()
        await websocket.start()
        try:
            yield
        finally:
            await websocket.stop()
            await runtime.stop()

    endpoint: Any = websocket  # an ASGI application, which the stub's annotation leaves out
    all_routes: list[BaseRoute] = [
        Route("/graphql", http.__call__, methods=["GET", "POST"]),
        WebSocketRoute("/graphql", endpoint),
        *health_routes(runtime),
        *routes,
    ]
    if pages is not None:
        all_routes.append(Mount("/", StaticFiles(directory=pages, html=True)))
    application = Starlette(
        routes=all_routes,
        middleware=[Middleware(RequestIdMiddleware)],
        exception_handlers={HTTPException: _plain_refusal, Exception: _coded_failure},
        lifespan=lifespan,
    )
    application.state.leave = websocket.leave
    return application


async def _plain_refusal(_: Request, failure: Exception) -> Response:
    assert isinstance(failure, HTTPException)
    return Response(failure.detail, failure.status_code, headers=failure.headers)


async def _coded_failure(request: Request, failure: Exception) -> Response:
    request_id = getattr(request.state, "request_id", "")
    shown = {"errors": [present_failure(failure, request_id)]}
    return Response(encode_answer(shown), 500, media_type="application/json")
