"""A note about the database's server in Redis counts when one of ours wrote it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from redis.asyncio import Redis

from app.bus.channels import SERVER_SEEN
from app.bus.witness import ForeignNote, RedisWitness

KEY = SecretStr("the encryption key of these tests")
PLACE = "7000000000000000001:1:999999999999"


async def test_what_one_of_ours_noted_is_recalled_by_another(redis_url: str) -> None:
    first, second = RedisWitness(redis_url, KEY), RedisWitness(redis_url, KEY)
    await first.note(PLACE)
    assert await second.recall() == PLACE
    stranger = RedisWitness(redis_url, SecretStr("another key than that of the tests"))
    with pytest.raises(ForeignNote):
        await stranger.recall()
    async with Redis.from_url(redis_url) as redis:
        signed = (await redis.get(SERVER_SEEN)).decode()
        mac = signed.rpartition(" ")[2]
        for forged in (PLACE, f"{PLACE} ", f"{PLACE}0 {mac}", mac, "", " ", f"{signed} {mac}"):
            await redis.set(SERVER_SEEN, forged)
            with pytest.raises(ForeignNote):
                await first.recall()
        await redis.delete(SERVER_SEEN)
    assert await first.recall() is None
    for one in (first, second, stranger):
        await one.close()


@given(st.binary(max_size=200))
@settings(max_examples=50, deadline=None)
def test_no_bytes_pass(noted: bytes) -> None:
    witness = RedisWitness("redis://127.0.0.1:1", KEY)
    with pytest.raises(ForeignNote):
        witness.read(noted)
