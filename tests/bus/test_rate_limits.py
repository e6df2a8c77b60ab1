"""Rate limits in a real Redis: shared, in one call, and never in anybody's way."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from app.bus.limits.limiter import Limiter
from app.bus.limits.local import LocalLimits
from app.bus.limits.shared import LimitsAway, SharedLimits
from app.domain.rate_limits import Hit, Rate
from sge.embedded.redis_server import Redis

SLOW = Rate(3, 3600)
WIDE = Rate(10_000, 36_000)
# Several such waits are told from one, however slow the machine is.
_LONG_SECONDS = 0.6


@asynccontextmanager
async def shared(url: str) -> AsyncIterator[SharedLimits]:
    limits = SharedLimits(url, 0.5)
    limits.start()
    await connected(limits)
    yield limits
    await limits.stop()


async def connected(limits: SharedLimits) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                await limits.try_hits([Hit("probe", "probe", WIDE)])
            except LimitsAway:
                await asyncio.sleep(0.02)
            else:
                return


async def test_processes_share_a_limit(redis_url: str) -> None:
    async with shared(redis_url) as one, shared(redis_url) as other:
        hit = [Hit("shared", "read", SLOW)]
        rooms = [(await limits.try_hits(hit))[0] for limits in (one, other, one, other)]
    assert [room >= 0 for room in rooms] == [True, True, True, False]
    # A third of an hour brings one back, whoever used them; some of it may have passed since the first.
    assert 1100 < -rooms[3] / 1e6 <= 1200
    with redis.Redis.from_url(redis_url) as client:
        assert 3500_000 < client.pttl("sge:limit:shared:3/3600") <= 3600_000


async def test_a_request_takes_from_all_of_its_buckets_or_from_none(redis_url: str) -> None:
    async with shared(redis_url) as limits:
        for hits in (
            [Hit("a", "read", SLOW, 3), Hit("b", "cost", WIDE)],
            [Hit("b", "cost", WIDE), Hit("a", "read", SLOW)],
        ):
            rooms = await limits.try_hits(hits)
        assert [room < 0 for room in rooms] == [False, True]
        (room,) = await limits.try_hits([Hit("b", "cost", WIDE)])
    assert WIDE.left(room) == WIDE.amount - 2


async def test_requests_of_one_moment_go_in_one_call(redis_url: str) -> None:
    async with shared(redis_url) as limits:
        with redis.Redis.from_url(redis_url) as client:
            client.config_resetstat()
            hits = [
                [Hit(f"{n % 7}", "read", Rate(100, 60)), Hit("all", "cost", WIDE)]
                for n in range(60)
            ]
            found = await asyncio.gather(*(limits.try_hits(each) for each in hits))
            calls = client.info("commandstats")["cmdstat_evalsha"]["calls"]
    assert calls == 1
    # Those of one call count after each other.
    assert sorted(WIDE.left(rooms[1]) for rooms in found) == [
        WIDE.amount - n for n in range(60, 0, -1)
    ]


async def test_a_forgotten_script_is_told_again(redis_url: str) -> None:
    async with shared(redis_url) as limits:
        with redis.Redis.from_url(redis_url) as client:
            client.script_flush()
        assert await limits.try_hits([Hit("x", "read", SLOW)])


async def test_a_redis_that_hangs_costs_one_short_wait_and_no_answer(own_redis: Redis) -> None:
    limiter = Limiter(own_redis.url, timeout_seconds=_LONG_SECONDS)
    limiter.start()
    hit = [Hit("hang", "read", Rate(5, 3600))]
    await reached(limiter, own_redis, "hang")
    with redis.Redis.from_url(own_redis.url) as client:
        pid = client.info("server")["process_id"]
    os.kill(pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        verdicts = [await limiter.try_hits(hit) for _ in range(6)]
        waited = time.monotonic() - started
    finally:
        os.kill(pid, signal.SIGCONT)
    assert [verdict.admitted for verdict in verdicts] == [True] * 5 + [False]
    assert waited < 3 * _LONG_SECONDS
    await reached(limiter, own_redis, "after")
    await limiter.stop()


async def test_without_redis_the_limit_is_this_processes_own(own_redis: Redis) -> None:
    url = own_redis.url
    own_redis.stop()
    limiter = Limiter(url, timeout_seconds=10 * _LONG_SECONDS)
    limiter.start()
    started = time.monotonic()
    verdicts = [await limiter.try_hits([Hit("local", "read", SLOW)]) for _ in range(4)]
    assert time.monotonic() - started < 10 * _LONG_SECONDS
    assert [verdict.admitted for verdict in verdicts] == [True, True, True, False]
    hit, seconds = verdicts[3].refused
    assert (hit.name, round(seconds)) == ("read", 1200)
    await limiter.stop()


async def reached(limiter: Limiter, server: Redis, key: str) -> None:
    """Until hits arrive in Redis."""
    with redis.Redis.from_url(server.url, socket_timeout=5) as client:
        async with asyncio.timeout(10):
            while not client.exists(f"sge:limit:{key}-probe:10000/36000"):
                await limiter.try_hits([Hit(f"{key}-probe", "probe", WIDE)])
                await asyncio.sleep(0.05)


@settings(deadline=None)
@given(
    amount=st.integers(1, 50),
    seconds=st.integers(1, 100),
    asked=st.lists(st.tuples(st.integers(0, 20_000_000), st.integers(1, 10)), max_size=60),
)
def test_no_window_admits_more_than_the_rate_twice(
    amount: int, seconds: int, asked: list[tuple[int, int]]
) -> None:
    now = 0
    limits = LocalLimits(microseconds=lambda: now)
    rate = Rate(amount, seconds)
    admitted: list[tuple[int, int]] = []
    for wait, quantity in asked:
        now += wait
        (room,) = limits.try_hits([Hit("x", "read", rate, quantity)])
        if room >= 0:
            admitted.append((now, quantity))
        else:
            later = now
            now -= room
            assert quantity > amount or limits.try_hits([Hit("x", "read", rate, quantity)])[0] >= 0
            if quantity <= amount:
                admitted.append((now, quantity))
            else:
                now = later
    for index, (start, _) in enumerate(admitted):
        within = [quantity for at, quantity in admitted[index:] if at - start < rate.window]
        assert sum(within) <= 2 * amount


def test_local_limits_are_bounded() -> None:
    limits = LocalLimits(most_kept=3)
    for number in range(10):
        limits.try_hits([Hit(str(number), "read", SLOW)])
    assert len(limits._empty_at) == 3
