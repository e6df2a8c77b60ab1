"""Who wrote a moment ago: known to each process through a real Redis, and assumed of everybody without one."""

from app.bus.recent_writers import RecentWriters
from sge.embedded.redis_server import Redis


async def test_what_one_process_notes_another_knows(own_redis: Redis) -> None:
    here, there = RecentWriters(own_redis.url), RecentWriters(own_redis.url)
    await there.note("api_key:sge_writer")
    assert await here.wrote("api_key:sge_writer")
    assert not await here.wrote("api_key:sge_reader")
    own_redis.stop()
    # It may have written through a process that could not say so.
    assert await here.wrote("api_key:sge_reader")
    await here.note("api_key:sge_other")
    assert await here.wrote("api_key:sge_other")
    for one in (here, there):
        await one.close()


async def test_without_a_replica_nobody_has_to_ask() -> None:
    alone = RecentWriters(None)
    await alone.note("api_key:sge_writer")
    assert not await alone.wrote("api_key:sge_writer")
