"""Redis clients that fail fast: whoever uses them has a way on without Redis."""

from redis import Redis
from redis.asyncio import ConnectionPool
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.maint_notifications import MaintNotificationsConfig
from redis.retry import Retry

REDIS_FAILURES = (RedisError, OSError, TimeoutError)

_TIMEOUT_SECONDS = 2.0
# A command of one vendor's service, at each connection; a user with few rights is refused it.
_NO_NOTICES = MaintNotificationsConfig(enabled=False)


def connect_async(url: str, timeout_seconds: float = _TIMEOUT_SECONDS) -> AsyncRedis:
    """For the event loop: no retries, two seconds at most for one command."""
    return AsyncRedis.from_url(
        url,
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        retry=AsyncRetry(NoBackoff(), 0),
        maint_notifications_config=_NO_NOTICES,
    )


def connect_blocking(url: str) -> Redis:
    """For RQ, in threads and workers; no timeout on reads, since workers block on their queue."""
    return Redis.from_url(
        url,
        socket_timeout=None,
        socket_connect_timeout=_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
        maint_notifications_config=_NO_NOTICES,
    )


def listening_connection(url: str) -> AbstractConnection:
    """One bare connection for pub/sub.

    redis-py's PubSub reconnects in silence, and what was published in between is gone without a
    trace; on a bare connection the loss is seen. RESP2, where messages are plain answers.
    """
    pool = ConnectionPool.from_url(
        url,
        protocol=2,
        socket_timeout=_TIMEOUT_SECONDS,
        socket_connect_timeout=_TIMEOUT_SECONDS,
        retry=AsyncRetry(NoBackoff(), 0),
        maint_notifications_config=_NO_NOTICES,
    )
    connection: AbstractConnection = pool.make_connection()
    return connection


def quick_connection(url: str, timeout_seconds: float) -> AbstractConnection:
    """One bare connection for calls that are worth little waiting.

    Half the cost of a call through a client and its pool. RESP3, which is read with the fewest steps.
    """
    pool = ConnectionPool.from_url(
        url,
        protocol=3,
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        retry=AsyncRetry(NoBackoff(), 0),
        maint_notifications_config=_NO_NOTICES,
    )
    connection: AbstractConnection = pool.make_connection()
    return connection
