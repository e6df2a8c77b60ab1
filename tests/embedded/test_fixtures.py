"""The fixtures give what they promise."""

import asyncpg
import redis

from sge.embedded.anvil import Anvil
from tests.fixtures.databases import Database


async def test_a_test_has_a_database_of_its_own(database: Database) -> None:
    owner = await asyncpg.connect(database.dsn("sge_owner"))
    await owner.execute("CREATE TABLE mark (n int)")
    await owner.close()


async def test_which_no_other_test_has_written_to(database: Database) -> None:
    owner = await asyncpg.connect(database.dsn("sge_owner"))
    assert await owner.fetchval("SELECT to_regclass('mark')") is None
    await owner.close()


async def test_each_role_can_connect_to_it(database: Database) -> None:
    for role in ("sge_owner", "sge_api", "sge_worker", "sge_feed", "sge_reader"):
        connection = await asyncpg.connect(database.dsn(role))
        assert await connection.fetchval("SELECT current_user") == role
        await connection.close()


def test_redis_is_empty(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("mark", "1")


def test_and_empty_again_for_the_next_test(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.get("mark") is None


def test_the_chain_goes_back_to_where_it_was(anvil: Anvil) -> None:
    snapshot = anvil.call("evm_snapshot")
    (payer, payee, *_) = anvil.call("eth_accounts")
    before = anvil.call("eth_getBalance", payee, "latest")
    anvil.call("eth_sendTransaction", {"from": payer, "to": payee, "value": "0x1"})
    anvil.call("evm_mine")
    assert int(anvil.call("eth_getBalance", payee, "latest"), 16) == int(before, 16) + 1
    anvil.call("evm_revert", snapshot)
    assert anvil.call("eth_getBalance", payee, "latest") == before
