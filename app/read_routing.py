"""Opens what reads are routed with, as the settings say."""

from pydantic import SecretStr

from app.bus.recent_writers import RecentWriters
from app.processes.reading.replica_watch import ReplicaWatch
from app.processes.reading.routing import ReadRouting, Replica
from app.runtime import Runtime
from app.settings import Settings
from app.store.database import Database

# A list takes a tenth of a second; a server that takes this long has gone, and the primary is asked instead.
_LONGEST_STATEMENT_SECONDS = 10.0
_LONGEST_WAIT_SECONDS = 1.0


async def open_read_routing(runtime: Runtime) -> ReadRouting:
    """Connects to the replica, if there is one, at its first use: it may be away."""
    settings, url = runtime.settings, runtime.settings.database_read_url
    if url is None:
        return ReadRouting(runtime.database, None, RecentWriters(None))
    assert settings.redis_url is not None
    replica = await _connect(settings, url, settings.database_pool_size)
    runtime.databases["read"] = replica
    replica.longest_wait_seconds = _LONGEST_WAIT_SECONDS
    assert settings.database_api_url is not None
    watch = ReplicaWatch(
        await _connect(settings, settings.database_api_url, 1),
        await _connect(settings, url, 1),
        settings.replica_lag_seconds,
    )
    writers = RecentWriters(settings.redis_url.get_secret_value())
    return ReadRouting(runtime.database, Replica(replica, watch), writers)


async def _connect(settings: Settings, url: SecretStr, maximum: int) -> Database:
    return await Database.connect(
        url.get_secret_value(),
        minimum=0,
        maximum=maximum,
        statement_cache_size=settings.statement_cache_size,
        longest_statement_seconds=_LONGEST_STATEMENT_SECONDS,
    )
