"""No list and no summary reads rows that it does not need: the plan of every statement, on a seeded program."""

from datetime import UTC, datetime

import pytest

from app.bus.recent_writers import RecentWriters
from app.domain.seeding import SeedSizes, seed_plans
from app.processes.reading.routing import ReadRouting
from app.processes.seeding.seed import seed
from app.store.database import Database as Pool
from schema.ids import IdPrefix
from tests.api.caller import ALL_SCOPES, Caller, Stage
from tests.api.plans import CapturingDatabase, cost_of
from tests.api.sized import Sized, look_at, questions
from tests.api.test_statements import without_prices
from tests.fixtures.databases import Database
from tests.storage.bells import SilentBells

pytestmark = pytest.mark.long

UNTIL = datetime(2026, 11, 22, tzinfo=UTC)
# Counts are exact up to here (app/store/reads): what a count may read.
COUNTED = 10_002
COUNTS = (
    f"LIMIT {COUNTED}",
    f"LIMIT {COUNTED // 2}",
)  # of transfers, each of which is two entries
# Sums over a history, or over all accounts: they grow with it, and bench/size.py measures how they do
# (docs/scaling.md). A search by the start of a code is no use of an index under row-level security (LIKE leaks).
GROW = frozenset(
    {
        "affiliates, by a code that nobody has",
        "trial balance",
    }
)
# For each end the stretch between two snapshots of an account (a thousand transfers, some of them of one journal, with their
# journals), the stretch of journals that passes the instant, and the journals after the last stretch.
# Coverage adds up the lines of the batch that is open.
STRETCH = {
    "account's balance then": 4_400,
    "account's balance in the middle": 4_400,
    # The transfers of that stretch, and for each account of theirs whether it had moved before.
    "trial balance in the middle": 12_000,
    "earner's statement": 6_000,
    "statement of the middle third": 8_800,
    "journals of the middle third": 2_000,
    "coverage": 2_400,
}
# In a small table all rows are read sooner than an index of another order.
SMALL = frozenset({"intents, created before the first", "its payouts with commissions"})
# Of three levels one is counted. A page of 50 with its neighbours in other tables, some of them twice.
ROWS_FOR_ONE, ROWS_FOR_NONE = 12, 400
PAGES_FOR_ONE, PAGES_FOR_NONE = 4, 200


async def seeded(database: Database, sizes: SeedSizes) -> Sized:
    plans = seed_plans(1, sizes, 1, UNTIL, 90)
    pool = await Pool.connect(database.dsn(), maximum=1)
    second = await Pool.connect(database.dsn(), maximum=1)
    try:
        await seed(pool, second, SilentBells(), plans, lambda *_: None)
        async with pool.pool.acquire() as owner:
            return await look_at(owner, plans[0].slug)
    finally:
        await second.close()
        await pool.close()


async def faults(stage: Stage, sized: Sized, left: frozenset[str] = GROW) -> list[str]:
    """Each statement that reads more than its answer needs, with the question that sent it."""
    token = await stage.key(sized.id(IdPrefix.PROGRAM, "program"), ALL_SCOPES)
    caller = Caller(without_prices(stage), token)
    capturing = CapturingDatabase(stage.process.runtime.database)
    stage.process.reads = ReadRouting(capturing, None, RecentWriters(None))
    found, seen = [], set()
    for name, document in questions(sized).items():
        if name in left:
            continue
        capturing.kept.clear()
        await caller.ask(document)
        for statement in list(capturing.kept):
            if (key := repr(statement)) in seen:
                continue
            seen.add(key)
            cost = await cost_of(capturing, sized.key, statement)
            counted = COUNTED if any(limit in statement[0] for limit in COUNTS) else 0
            rows = ROWS_FOR_ONE * cost.returned + ROWS_FOR_NONE + 4 * counted + STRETCH.get(name, 0)
            pages = PAGES_FOR_ONE * rows + PAGES_FOR_NONE
            if cost.rows > rows or cost.pages > pages:
                text = " ".join(statement[0].split())[:300]
                found.append(
                    f"{name}: {cost.rows} rows, {cost.pages} pages for {cost.returned}: {text}"
                )
    return found


async def test_no_statement_reads_rows_that_its_answer_does_not_need(
    stage: Stage, database: Database
) -> None:
    sized = await seeded(database, SeedSizes(1_000, 3_000, 8_000))
    found = await faults(stage, sized, GROW | SMALL)
    assert not found, "\n".join(found)


@pytest.mark.long
async def test_nor_does_it_in_a_larger_program(stage: Stage, database: Database) -> None:
    sized = await seeded(database, SeedSizes(4_000, 10_000, 40_000))
    found = await faults(stage, sized)
    assert not found, "\n".join(found)
