"""/healthz: the process lives. /readyz: what it depends on is right. /metrics: Prometheus."""

import asyncio
from collections.abc import Sequence

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.checks.findings import Finding
from schema.context import ApiRuntime
from schema.transport.http import encode_answer

_PROBE_SECONDS = 5.0


def health_routes(runtime: ApiRuntime) -> list[Route]:
    async def readyz(_: Request) -> Response:
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                findings = await runtime.probe()
        except TimeoutError:
            findings = [Finding("probe", False, ["no answer in time"], needed=True)]
        return _ready(findings)

    return [
        Route("/healthz", _healthz, methods=["GET"]),
        Route("/readyz", readyz, methods=["GET"]),
        Route("/metrics", _metrics, methods=["GET"]),
    ]


def _ready(findings: Sequence[Finding]) -> Response:
    """503 when something is wrong that every answer needs; whatever else is wrong is named all the same."""
    wrong = [finding for finding in findings if not finding.right]
    ready = not any(finding.needed for finding in wrong)
    told: dict[str, object] = {
        "ready": ready,
        "problems": {finding.name: "; ".join(finding.remarks) for finding in wrong},
        "warnings": {
            finding.name: "; ".join(finding.remarks) for finding in findings if finding.caution
        },
        "right": [finding.name for finding in findings if finding.right and not finding.caution],
    }
    return _json(told, 200 if ready else 503)


async def _healthz(_: Request) -> Response:
    return _json({"alive": True}, 200)


async def _metrics(_: Request) -> Response:
    return Response(generate_latest(), headers={"content-type": CONTENT_TYPE_LATEST})


def _json(value: dict[str, object], status: int) -> Response:
    return Response(encode_answer(value), status, media_type="application/json")
