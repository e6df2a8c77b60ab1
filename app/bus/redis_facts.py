"""What Redis says of how it keeps things."""

from typing import NamedTuple

from redis.asyncio import Redis
from redis.exceptions import ResponseError


class Keeping(NamedTuple):
    """eviction: what it throws away when its memory is full. log: whether each change is written to disk; snapshots:
    whether the whole is, now and then (None: it does not say).
    """

    eviction: str
    log: bool
    snapshots: bool | None


async def read_keeping(client: Redis) -> Keeping:
    """Raises one of app.bus.redis.REDIS_FAILURES when Redis does not answer."""
    memory = await client.info("memory")
    persistence = await client.info("persistence")
    return Keeping(
        eviction=str(memory.get("maxmemory_policy", "")),
        log=bool(persistence.get("aof_enabled")),
        snapshots=await _snapshots(client),
    )


async def _snapshots(client: Redis) -> bool | None:
    """Hosted servers do not show their configuration."""
    try:
        told = await client.config_get("save")
    except ResponseError:
        return None
    return bool(str(told.get("save", "")).strip())
