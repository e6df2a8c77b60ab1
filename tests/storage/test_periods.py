"""The entries and journals of a period are those of the whole list that are effective in it, in its order, whatever stretches
of journals there are and in whatever order the journals came.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from random import Random

import pytest

from app.store.database import Database as Pool
from app.store.database import ReadSession
from app.store.reads import entries, journals
from app.store.reads.entries import EntryRow
from app.store.reads.journals import JournalFilter, JournalRow
from app.store.reads.values import Slice
from tests.storage.seeds import AT, SeededProgram
from tests.storage.test_balances_then import ORDERS, live

Row = EntryRow | JournalRow
Pages = Callable[[JournalFilter, Slice], Awaitable[list[Row]]]
Count = Callable[[JournalFilter], Awaitable[int]]
_HOUR = timedelta(hours=1)
_ACCOUNT = "SELECT id FROM account WHERE program_id = $1 AND kind = 'PROGRAM'"


def key_of(row: Row) -> tuple[int, ...]:
    return (row.journal_key, row.seq) if isinstance(row, EntryRow) else (row.key,)


async def whole(pages: Pages, given: JournalFilter, limit: int) -> list[Row]:
    """All pages of a list."""
    found: list[Row] = []
    after: tuple[int, ...] | None = None
    while page := await pages(given, Slice(limit, after)):
        found += page
        after = key_of(page[-1])
    return found


def some_periods(random: Random) -> list[JournalFilter]:
    """With one end, or both; often at the instant of a journal."""
    found = []
    for n in range(12):
        hours = random.choice((random.randint, random.uniform))
        first, last = sorted(AT + hours(-120, 160) * _HOUR for _ in range(2))
        ends: list[datetime | None] = [first, last]
        if n % 4 < 2:
            ends[n % 4] = None
        found.append(JournalFilter(from_at=ends[0], to_at=ends[1]))
    return found


def within(rows: list[Row], given: JournalFilter) -> list[Row]:
    return [
        row
        for row in rows
        if (given.from_at is None or row.effective_at >= given.from_at)
        and (given.to_at is None or row.effective_at < given.to_at)
    ]


async def lists_of(session: ReadSession) -> AsyncIterator[tuple[Pages, Count]]:
    """Pages and counts: a busy account's entries, and journals."""
    account = await session.connection.fetchval(_ACCOUNT, session.program_id)

    async def of_account(given: JournalFilter, part: Slice) -> list[Row]:
        return list((await entries.of_accounts(session, [account], given, part))[0])

    async def count_of_account(given: JournalFilter) -> int:
        return (await entries.count_of_accounts(session, [account], given))[0]

    async def of_program(given: JournalFilter, part: Slice) -> list[Row]:
        return list(await journals.page(session, given, part))

    yield of_account, count_of_account
    yield of_program, lambda given: journals.count(session, given)


@pytest.mark.parametrize("order", ORDERS)
async def test_a_period_is_a_part_of_the_whole(
    worker: Pool, program: SeededProgram, other_program: SeededProgram, order: str
) -> None:
    random = Random(order)
    await live(worker, program, other_program, order, random)
    async with worker.read(program.id) as session:
        async for pages, count in lists_of(session):
            everything = await whole(pages, JournalFilter(), 50)
            sizes = set()
            for given in some_periods(random):
                expected = within(everything, given)
                assert await whole(pages, given, random.choice((7, 50))) == expected
                assert await count(given) == len(expected)
                sizes.add(len(expected))
            assert len(sizes) > 2
