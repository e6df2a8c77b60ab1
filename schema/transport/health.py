"""/healthz: the process lives. /readyz: what it depends on is right. /metrics: Prometheus."""

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.checks.readiness import answered
from schema.context import ApiRuntime
from schema.transport.http import encode_answer


def health_routes(runtime: ApiRuntime) -> list[Route]:
    async def readyz(_: Request) -> Response:
        return _json(*await answered(runtime.probe))

    return [
        Route("/healthz", _healthz, methods=["GET"]),
        Route("/readyz", readyz, methods=["GET"]),
        Route("/metrics", _metrics, methods=["GET"]),
    ]


async def _healthz(_: Request) -> Response:
    return _json({"alive": True}, 200)


async def _metrics(_: Request) -> Response:
    return Response(generate_latest(), headers={"content-type": CONTENT_TYPE_LATEST})


def _json(value: dict[str, object], status: int) -> Response:
    return Response(encode_answer(value), status, media_type="application/json")
