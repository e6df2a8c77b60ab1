"""A Redis that could drop jobs is wrong, one that forgets them with a restart deserves a warning."""

from collections.abc import AsyncIterator

import pytest
import redis.asyncio

from app.checks.findings import Caution, Problem
from app.checks.redis import redis_answers, redis_keeps_jobs
from sge.embedded.redis_server import Redis


@pytest.fixture
async def client(own_redis: Redis) -> AsyncIterator[redis.asyncio.Redis]:
    client = redis.asyncio.Redis.from_url(own_redis.url)
    yield client
    await client.aclose()


@pytest.mark.long
async def test_how_it_keeps_jobs(own_redis: Redis, client: redis.asyncio.Redis) -> None:
    assert await redis_keeps_jobs(own_redis.url) == "noeviction, snapshots only"
    await client.config_set("save", "")
    with pytest.raises(Caution, match=r"a restart forgets the queue.*set `appendonly yes`"):
        await redis_keeps_jobs(own_redis.url)
    await client.config_set("appendonly", "yes")
    assert await redis_keeps_jobs(own_redis.url) == "noeviction, appendonly"
    for policy in ("allkeys-lru", "volatile-ttl"):
        await client.config_set("maxmemory-policy", policy)
        with pytest.raises(
            Problem, match=f"SGE_REDIS_URL: maxmemory-policy is {policy}.*noeviction"
        ):
            await redis_keeps_jobs(own_redis.url)


async def test_a_server_that_shows_no_configuration(
    own_redis: Redis, client: redis.asyncio.Redis
) -> None:
    await client.execute_command("ACL", "SETUSER", "default", "-config")
    with pytest.raises(Caution, match="nothing is written to disk"):
        await redis_keeps_jobs(own_redis.url)


async def test_one_that_is_away_or_wants_another_password(
    own_redis: Redis,
) -> None:
    with pytest.raises(Problem, match=r"SGE_REDIS_URL: .*is Redis running there"):
        await redis_answers("redis://127.0.0.1:1/0")
    wrong = f"redis://:secret-word@127.0.0.1:{own_redis.port}/0"
    with pytest.raises(Problem, match="is this its password") as refused:
        await redis_answers(wrong)
    assert "secret-word" not in str(refused.value)
    assert await redis_answers(own_redis.url) == "answers"
