"""What the database refuses of payments by a provider, whoever asks."""

from typing import Any

import asyncpg
import pytest

from app.domain.ids import new_id
from tests.fixtures.databases import Database
from tests.providers.shop import Shop

CONFIRM = """
UPDATE intent_state SET status = 'CONFIRMED', stage = 'FINAL', version = version + 1, completed_at = now()
 WHERE intent_id = $1
"""
SETTLE = """
INSERT INTO settlement (program_id, id, intent_id, provider_event_id, amount, currency, journal_id, confirmed_at)
SELECT $1, $2, $3, $4, $5, 'USDC', j.id, now() FROM journal j WHERE j.program_id = $1 LIMIT 1
"""


async def refused(coming: Any, code: str) -> None:
    with pytest.raises(asyncpg.PostgresError) as failure:
        await coming
    assert failure.value.sqlstate == code


async def event_of(shop: Shop, charge: Any) -> Any:
    query = "SELECT id, intent_id FROM provider_event WHERE program_id = $1 AND charge = $2"
    [row] = await shop.world.fetch(shop.id, query, shop.id, charge.code)
    return row


async def test_no_payment_is_confirmed_without_a_proof(shop: Shop) -> None:
    charge = shop.charge()
    await shop.tell(charge.event("created"))
    intent = (await shop.intent(charge))["id"]
    async with shop.worker.pool.acquire() as worker:
        await refused(worker.execute(CONFIRM, intent), "SG050")


async def test_only_a_processed_event_of_this_payment_proves_it(shop: Shop) -> None:
    paid, waiting = shop.charge().paid("100"), shop.charge()
    await shop.tell(paid.event("confirmed"), waiting.event("created"))
    settled, open_ = await event_of(shop, paid), await event_of(shop, waiting)
    async with shop.worker.pool.acquire() as worker:
        for event, amount in (
            (open_["id"], 100_000_000),
            (settled["id"], 100_000_000),
            (new_id(), 5),
        ):
            given = (shop.id, new_id(), open_["intent_id"], event, amount)
            await refused(worker.execute(SETTLE, *given), "SG050")


async def test_what_came_stays_as_it_came(shop: Shop, module_database: Database) -> None:
    await shop.tell(shop.charge().paid("100").event("confirmed"))
    owner = await asyncpg.connect(module_database.superuser_dsn)
    try:
        for statement in (
            "UPDATE provider_event SET body = ''",
            "UPDATE provider_event SET event_id = 'other'",
            "DELETE FROM provider_event",
            "TRUNCATE provider_event CASCADE",
            "UPDATE provider_event SET outcome = 'STALE' WHERE outcome = 'SETTLED'",
            "UPDATE provider_secret SET sealed = ''",
            "DELETE FROM provider_secret",
        ):
            await refused(owner.execute(statement), "SG002")
    finally:
        await owner.close()


async def test_the_web_process_says_nothing_of_what_events_mean(shop: Shop) -> None:
    await shop.tell(shop.charge().event("created"))
    forged = """INSERT INTO provider_event (program_id, id, provider, event_id, body, received_at, processed_at, outcome, step)
        VALUES ($1, $2, 'coinbase-commerce', 'forged', '', now(), now(), 'SETTLED', 'PAID')"""
    changes = (
        "UPDATE provider_event SET outcome = 'SETTLED'",
        "UPDATE provider_event SET step = 'PAID'",
        "UPDATE provider_event SET amount = 1, currency = 'USDC'",
        "SELECT body FROM provider_event",
        "DELETE FROM provider_event",
    )
    for statement, args in [(forged, (shop.id, new_id())), *((one, ()) for one in changes)]:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with shop.world.api.write(shop.id) as unit:
                await unit.connection.execute(statement, *args)


async def test_workers_and_readers_see_no_secret(shop: Shop, module_database: Database) -> None:
    assert await shop.receive(shop.charge().event("created"))
    for role in ("sge_worker", "sge_reader", "sge_feed"):
        connection = await asyncpg.connect(module_database.dsn(role))
        try:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch("SELECT sealed FROM provider_secret")
        finally:
            await connection.close()
