"""Random trees, terms, payments and reversals against the real database, with a small model of the books beside it."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import Phase

from app.store.database import Database
from tests.fixtures.databases import Database as OwnDatabase
from tests.posting.changing_books import ChangingBooks
from tests.posting.machine import PostingMachine, run
from tests.services.world import World

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def books(module_database: OwnDatabase) -> Iterator[ChangingBooks]:
    with asyncio.Runner() as runner:
        pools = [
            runner.run(Database.connect(dsn, maximum=2))
            for dsn in (
                module_database.dsn("sge_api"),
                module_database.dsn("sge_worker"),
                module_database.superuser_dsn,
            )
        ]
        yield ChangingBooks(runner, World(pools[0]), pools[1], pools[2])
        for pool in pools:
            runner.run(pool.close())


def test_random_books(books: ChangingBooks) -> None:
    # Making a failure small takes minutes on a real database: the long test does it.
    run(books, examples=8, steps=30)
    # A generator that hardly ever posts would prove nothing.
    assert PostingMachine.all_posted > 50
    assert PostingMachine.all_reversed > 10


@pytest.mark.long
def test_many_random_books(books: ChangingBooks) -> None:
    run(books, 150, 40, Phase.shrink)
