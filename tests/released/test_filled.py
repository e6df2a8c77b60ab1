"""What the newest migration fills from the tables of the release before is what is kept from then on."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from app.domain.amounts import AmountText
from app.domain.seeding import SeedSizes, seed_plans
from app.processes.seeding.seed import seed
from app.services.corrections.reverse_settlement import ReverseSettlement, reverse_settlement
from app.store.database import Database as Pool
from app.store.rollups.kept_sums import KEPT_SUMS
from sge.migrations import downgrade, upgrade
from sge.schema_fingerprint import revisions
from tests.fixtures.databases import Database
from tests.kept_sum_rules import wrong_sums
from tests.services.world import World, key_of
from tests.storage.bells import SilentBells

_LIVED = """
SELECT array_agg(DISTINCT status ORDER BY status) AS statuses, bool_or(amount < 0) AS clawed_back,
       bool_or(amount < 0 AND status <> 'REVERSED') AS netted
  FROM commission WHERE program_id = $1
"""
_SETTLED = """
SELECT s.id FROM settlement s JOIN commission c ON c.program_id = s.program_id AND c.settlement_id = s.id AND c.level = 1
 WHERE s.program_id = $1 AND c.status = $2 AND c.amount > 10 ORDER BY s.id DESC LIMIT 2
"""
_STRETCHES = "SELECT * FROM journal_stretch ORDER BY program_id, through"
Sums = dict[str, list[asyncpg.Record]]


async def kept(owner: asyncpg.Connection) -> Sums:
    """All rows that are not of zeros, which is what no row says too."""
    found = {"journal_stretch": await owner.fetch(_STRETCHES)}
    for one in KEPT_SUMS:
        some = " OR ".join(f"{name} <> 0" for name in one.sums)
        order = f"program_id, {one.key}"
        found[one.table] = await owner.fetch(
            f"SELECT * FROM {one.table} WHERE {some} ORDER BY {order}"
        )
    return found


@pytest.fixture
async def lived(database: Database) -> int:
    """A program with more than two thousand journals, payouts and reversals, and another one; the first one's key."""
    plans = seed_plans(1, SeedSizes(300, 200, 2_600), 1, datetime(2026, 11, 22, tzinfo=UTC), 90)
    pools = [await Pool.connect(database.dsn(), maximum=1) for _ in range(2)]
    await seed(*pools, SilentBells(), plans, lambda *_: None)
    async with pools[0].pool.acquire() as owner:
        key: int = await owner.fetchval("SELECT id FROM program WHERE slug = $1", plans[0].slug)
        settled = {
            status: [row["id"] for row in await owner.fetch(_SETTLED, key, status)]
            for status in ("ACCRUED", "PAYABLE", "PAID")
        }
    for pool in pools:
        await pool.close()
    api = await Pool.connect(database.dsn("sge_api"), maximum=1)
    for status, (whole, part) in settled.items():
        for settlement, amount in ((whole, None), (part, AmountText("0.0001", "USDC"))):
            command = ReverseSettlement(settlement, amount, "a test", f"{status} {amount}")
            await World(api).run(key, reverse_settlement, key_of(key), command)
    await api.close()
    return key


@pytest.mark.long
async def test_sums_are_filled_as_they_are_kept(database: Database, lived: int) -> None:
    owner = await asyncpg.connect(database.dsn())
    lives = await owner.fetchrow(_LIVED, lived)
    assert lives["statuses"] == ["ACCRUED", "PAID", "PAYABLE", "PENDING_APPROVAL", "REVERSED"]
    assert lives["clawed_back"]
    assert lives["netted"]
    before = await kept(owner)
    await owner.close()
    assert all(before.values())
    await asyncio.to_thread(downgrade, database.dsn(), revisions()[0])
    await asyncio.to_thread(upgrade, database.dsn())
    owner = await asyncpg.connect(database.dsn())
    assert await wrong_sums(owner) == []
    assert await kept(owner) == before
    await owner.close()
