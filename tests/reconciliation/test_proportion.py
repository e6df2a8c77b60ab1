"""A run over eight times the history reads about eight times the pages: a check that reads the square of it never ends at size."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from app.domain.clock import real_clock
from app.domain.ids import new_id
from app.domain.reconciliation import Run
from app.domain.seeding import SeedPlan, SeedSizes, seed_plans
from app.processes.reconciliation.checks import DATABASE_CHECKS
from app.processes.seeding.seed import seed
from app.store.database import Database as Pool
from app.store.programs import find_program_id
from app.store.reconciliation.scopes import read_scope
from tests.api.plans import CapturingDatabase, cost_of
from tests.fixtures.databases import Database
from tests.storage.bells import SilentBells

UNTIL = datetime(2026, 11, 22, tzinfo=UTC)
TIMES = 8
# The larger program may have another plan, and a larger part of its payouts still open; the square would be 64 times as much.
ROOM, PAGES = 3, 500


def sized(number: int, times: int) -> SeedPlan:
    [plan] = seed_plans(number, SeedSizes(500 * times, 1_250 * times, 5_000 * times), 0, UNTIL, 90)
    return plan


async def pages_of(database: CapturingDatabase, slug: str) -> Counter[str]:
    """Each statement of a whole run's database checks, and the pages that it reads in all."""
    async with database.read(None) as session:
        program_id = await find_program_id(session, slug=slug)
    assert program_id is not None
    run = Run(new_id(), program_id, whole=True, asked_at=real_clock(), taken_by="a test")
    async with database.read(program_id) as session:
        scope = await read_scope(session, run, real_clock())
        database.kept.clear()
        for _, check in DATABASE_CHECKS:
            assert not (await check(session, scope)).found
    pages: Counter[str] = Counter()
    for kept in list(database.kept):
        pages[" ".join(kept[0].split())] += (await cost_of(database, program_id, kept)).pages
    return pages


@pytest.mark.long
async def test_checks_read_in_proportion_to_the_history(database: Database) -> None:
    small, large = sized(1, 1), sized(2, TIMES)
    pool = await Pool.connect(database.dsn(), maximum=1)
    second = await Pool.connect(database.dsn(), maximum=1)
    worker = await Pool.connect(database.dsn("sge_worker"), maximum=2)
    try:
        await seed(pool, second, SilentBells(), [small, large], lambda *_: None)
        capturing = CapturingDatabase(worker)
        few = await pages_of(capturing, small.slug)
        found = [
            f"{pages} pages, {few[text]} of an eighth: {text[:300]}"
            for text, pages in (await pages_of(capturing, large.slug)).items()
            if pages > few[text] * TIMES * ROOM + PAGES
        ]
        assert len(few) > 15
        assert not found, "\n".join(found)
    finally:
        for one in (worker, second, pool):
            await one.close()
