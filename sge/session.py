"""A runtime for one command: opened, used, closed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.bus.bells import RedisBells
from app.runtime import Runtime, RuntimeProcess, open_runtime
from app.settings import Settings


@asynccontextmanager
async def opened_runtime(settings: Settings, process: RuntimeProcess) -> AsyncIterator[Runtime]:
    """What that process would hold; `settings` are complete for it (`require_for`)."""
    assert settings.redis_url is not None
    bells = RedisBells(settings.redis_url.get_secret_value())
    await bells.open()
    try:
        runtime = await open_runtime(settings, process, bells)
        try:
            yield runtime
        finally:
            await runtime.close()
    finally:
        await bells.close()
