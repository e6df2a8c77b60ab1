"""Puts the transports together into one Starlette application."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from strawberry import Schema as Schema  # noqa: PLC0414  app.main may not know Strawberry

from schema.context import ApiRuntime
from schema.transport.engine import Engine
from schema.transport.graphiql import GraphiQL
from schema.transport.health import health_routes
from schema.transport.hosts import HostCheck
from schema.transport.http import GraphQLOverHttp, encode_answer
from schema.transport.limits.addresses import AddressMiddleware
from schema.transport.limits.admissions import Admissions
from schema.transport.limits.gate import Gate
from schema.transport.page_files import PageFiles
from schema.transport.presenting import present_failure
from schema.transport.request_id import HEADER as REQUEST_ID
from schema.transport.request_id import RequestIdMiddleware
from schema.transport.security_headers import PAGE_POLICY, SecurityHeaders, security_headers
from schema.transport.settings import TransportSettings
from schema.transport.write_positions import HEADER as POSITION
from schema.transport.ws import GraphQLOverWebSocket


def build_application(
    runtime: ApiRuntime,
    schema: Schema,
    settings: TransportSettings,
    *,
    pages: Path | None = None,
    graphiql: Path | None = None,
    routes: Sequence[BaseRoute] = (),
) -> Starlette:
    """Serve a schema; the application's lifespan starts and stops the runtime.

    `pages` is a folder of built static files for `/`, `graphiql` one for browsers at `/graphql`; `routes` are the
    application's own. A server that stops calls `state.leave` first.
    """
    engine = Engine(schema, settings)
    limiter = runtime.limiter if settings.counts_requests else None
    admissions = Admissions(settings.limits, limiter)
    http: Callable[[Request], Awaitable[Response]] = GraphQLOverHttp(
        engine, runtime, settings, admissions
    ).__call__
    websocket = GraphQLOverWebSocket(engine, runtime, settings, admissions)

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
    all_routes: list[BaseRoute] = []
    if graphiql is not None:
        page = GraphiQL(graphiql, http)
        all_routes.append(page.files())
        http = page.__call__
    all_routes += [
        Route("/graphql", http, methods=["GET", "POST"]),
        WebSocketRoute("/graphql", endpoint),
        *health_routes(runtime),
        *routes,
    ]
    if pages is not None:
        all_routes.append(Mount("/", PageFiles(pages, PAGE_POLICY)))
    headers = security_headers(https=settings.public_url.startswith("https:"))
    application = Starlette(
        routes=all_routes,
        middleware=[*_middleware(settings, headers), Middleware(Gate, admissions)],
        # Starlette answers what nobody caught outside of the middleware.
        exception_handlers={HTTPException: _plain_refusal, Exception: _coded_failure(headers)},
        lifespan=lifespan,
    )
    application.state.leave = websocket.leave
    # It would write the Host header into an address.
    application.router.redirect_slashes = False
    return application


def _middleware(settings: TransportSettings, headers: dict[str, str]) -> list[Middleware]:
    found = [
        Middleware(AddressMiddleware, settings.trusted_proxies),
        Middleware(RequestIdMiddleware),
        Middleware(SecurityHeaders, headers),
        Middleware(HostCheck, settings.accepted_hosts),
    ]
    if settings.cors_origins:
        cors = Middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["authorization", REQUEST_ID, POSITION],
            expose_headers=[REQUEST_ID, "retry-after", "ratelimit", "ratelimit-policy"],
        )
        found.append(cors)
    return found


async def _plain_refusal(_: Request, failure: Exception) -> Response:
    assert isinstance(failure, HTTPException)
    return Response(failure.detail, failure.status_code, headers=failure.headers)


def _coded_failure(headers: dict[str, str]) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, failure: Exception) -> Response:
        request_id = getattr(request.state, "request_id", "")
        shown = {"errors": [present_failure(failure, request_id)]}
        told = {**headers, REQUEST_ID: request_id}
        return Response(encode_answer(shown), 500, told, media_type="application/json")

    return answer
