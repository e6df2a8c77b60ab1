"""A running API process with a key of the platform, asked without a socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from app.api_runtime import ApiProcess
from app.chain.deploy import Deployment
from app.main import create_app
from app.services.access.api_keys import make_operator_key
from app.settings import Settings
from schema.build import build_schema
from tests.api.caller import Caller, Stage

SCHEMA = build_schema()


async def begin(process: ApiProcess) -> str:
    """Starts it; a key of the platform."""
    await process.start()
    made = await process.execute(
        0, lambda unit: make_operator_key(unit, process.key_hasher, "tests", process.now())
    )
    assert made.token is not None
    return made.token


@asynccontextmanager
async def open_stage(
    settings: Settings, node_url: str, deployment: Deployment
) -> AsyncIterator[Stage]:
    process = ApiProcess(settings)
    token = await begin(process)
    transport = httpx.ASGITransport(app=create_app(process, SCHEMA))
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        yield Stage(process, client, Caller(client, token), node_url, deployment)
    await process.stop()
