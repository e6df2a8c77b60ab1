"""A moved branch takes its members along; what was accepted, and what was earned, stays where it was."""

import asyncio

from app.domain.terms import TermsText
from app.store.database import Database
from tests.fixtures.databases import Database as OwnDatabase
from tests.posting.changing_books import ChangingBooks
from tests.posting.test_posting_followers import follow, rebuild, rolled_up
from tests.services.world import World, wallet

TERMS = TermsText(commission_levels_bps=(1000, 500, 200), holding_period_days=30)
PAID = 1_000_000
_SUMS = """
SELECT affiliate_id, sum(members) AS members, sum(users) AS users, sum(volume) AS volume, sum(earned) AS earned
  FROM affiliate_rollup WHERE program_id = $1 AND month = '' AND level > 0 GROUP BY 1
"""
_EARNED = (
    "SELECT affiliate_id, sum(amount) AS units FROM commission WHERE program_id = $1 GROUP BY 1"
)


def sums(books: ChangingBooks) -> dict[int, tuple[int, ...]]:
    """Below each affiliate: members, users, volume, earned."""
    rows = books.runner.run(books.fetch(_SUMS, books.program.id))
    return {row[0]: tuple(int(value) for value in list(row)[1:]) for row in rows}


def test_a_moved_branch(module_database: OwnDatabase) -> None:
    with asyncio.Runner() as runner:
        pools = [
            runner.run(Database.connect(dsn, maximum=2))
            for dsn in (
                module_database.dsn("sge_api"),
                module_database.dsn("sge_worker"),
                module_database.superuser_dsn,
            )
        ]
        books = ChangingBooks(runner, World(pools[0]), pools[1], pools[2])
        try:
            move_and_compare(books)
        finally:
            for pool in pools:
                runner.run(pool.close())


def move_and_compare(books: ChangingBooks) -> None:
    books.open(TERMS)
    codes: dict[int, str] = {}
    top, other = (books.affiliate(None, codes) for _ in range(2))
    branch = books.affiliate(top, codes)
    leaf = books.affiliate(branch, codes)
    payer = wallet()
    joined = books.accept(payer, 0, 1, registration=True, referrer=leaf)
    books.block += 1
    assert books.post([books.settled_item(joined, 0)])
    before = books.accept(payer, PAID, 1, registration=False, referrer=None)
    books.move(branch, other, codes)
    after = books.accept(payer, PAID, 1, registration=False, referrer=None)
    books.block += 1
    assert books.post([books.settled_item(before, 0), books.settled_item(after, 10)])
    earned = books.runner.run(books.fetch(_EARNED, books.program.id))
    assert {row["affiliate_id"]: int(row["units"]) for row in earned} == {
        leaf: 2 * PAID // 10,
        branch: 2 * PAID // 20,
        top: PAID // 50,
        other: PAID // 50,
    }
    books.runner.run(follow(books.worker))
    expected = {
        top: (0, 0, PAID, PAID // 50),
        other: (2, 1, PAID, PAID // 50),
        branch: (1, 1, 2 * PAID, 2 * PAID // 20),
        leaf: (0, 1, 2 * PAID, 2 * PAID // 10),
    }
    assert sums(books) == expected
    books.reverse(before, PAID // 2)
    books.runner.run(follow(books.worker))
    halved = expected | {
        top: (0, 0, PAID // 2, PAID // 100),
        branch: (1, 1, 3 * PAID // 2, 3 * PAID // 40),
        leaf: (0, 1, 3 * PAID // 2, 3 * PAID // 20),
    }
    assert sums(books) == halved
    applied = books.runner.run(rolled_up(books.admin))
    books.runner.run(rebuild(books.worker))
    assert books.runner.run(rolled_up(books.admin)) == applied
    assert not books.violations()
