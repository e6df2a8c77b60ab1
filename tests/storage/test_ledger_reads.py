"""Reading the ledger: lists by key, entries from two sides, balances at an instant."""

import functools
import operator
from datetime import timedelta

import pytest

from app.domain.ids import new_id
from app.domain.money import Money
from app.domain.postings import PLATFORM, PROGRAM, Journal, JournalKind, Transfer
from app.store.database import Database as Pool
from app.store.ledger.posting import post
from app.store.reads import accounts, balances_then, entries, journals, trial_balance
from app.store.reads.accounts import AccountFilter, AccountRow
from app.store.reads.journals import JournalFilter
from app.store.reads.values import Slice
from tests.storage.seeds import AT, SeededProgram, payment

DAY = timedelta(days=1)


def fee(day: int, amount: int) -> Journal:
    line = Transfer("fee", Money(amount, "USD"), PROGRAM, PLATFORM)
    return Journal(new_id(), JournalKind.ADJUSTMENT, str(new_id()), AT + day * DAY, (line,))


@pytest.fixture
async def booked(worker: Pool, program: SeededProgram) -> SeededProgram:
    """Ten payments now, and fees of 1, 2, 4 … on the days after, posted out of order."""
    async with worker.write(program.id) as unit:
        made = [payment(program, f"intent-{n}", 1000, n) for n in range(10)]
        await post(unit, program.id, [*made, fee(3, 8), fee(1, 2), fee(2, 4), fee(0, 1)], AT)
    return program


async def account(pool: Pool, program: SeededProgram, kind: str) -> AccountRow:
    async with pool.read(program.id) as session:
        (found,) = await accounts.page(session, AccountFilter(kind=(kind,)), Slice(2))
    return found


async def test_journals_page_by_page(api: Pool, booked: SeededProgram) -> None:
    given, after, pages = JournalFilter(kind=("SETTLEMENT",)), None, []
    async with api.read(booked.id) as session:
        while page := await journals.page(session, given, Slice(4, after)):
            pages.append([row.reference for row in page])
            after = (page[-1].key,)
        assert await journals.count(session, given) == 10
        newest = await journals.page(session, JournalFilter(from_at=AT + DAY), Slice(9))
    assert [len(page) for page in pages] == [4, 4, 2]
    assert functools.reduce(operator.iadd, pages, []) == [
        f"intent-{n}" for n in reversed(range(10))
    ]
    assert [row.effective_at - AT for row in newest] == [2 * DAY, DAY, 3 * DAY]


async def test_entries_of_a_journal_are_both_sides(api: Pool, booked: SeededProgram) -> None:
    async with api.read(booked.id) as session:
        given = JournalFilter(reference="intent-3")
        (journal,) = await journals.page(session, given, Slice(2))
        (first,) = await entries.of_journals(session, [journal.key], None, Slice(3))
        after = (first[-1].seq, 0 if first[-1].direction == "DEBIT" else 1)
        (rest,) = await entries.of_journals(session, [journal.key], None, Slice(9, after))
        assert await entries.count_of_journals(session, [journal.key], None) == [8]
    found = first + rest
    assert [entry.direction for entry in found] == ["DEBIT", "CREDIT"] * 4
    assert [entry.purpose for entry in found[::2]] == ["payment"] + ["commission"] * 3


async def test_balances_at_an_instant(worker: Pool, api: Pool, booked: SeededProgram) -> None:
    platform = await account(api, booked, "PLATFORM")
    async with worker.read(booked.id) as session:
        for day, expected in ((-1, 0), (0, 1), (1, 3), (2, 7), (3, 15), (9, 15)):
            at = AT + day * DAY
            assert await balances_then.balances_as_of(session, [(platform.key, at)]) == [expected]
            (total,) = await trial_balance.trial_balance(session, at) or [None]
            assert (total is None) == (day < 0)
            if total is not None:
                assert total.balanced
                row = next(row for row in total.rows if row.kind == "PLATFORM")
                assert (row.accounts, row.debits.minor, row.credits.minor) == (1, 0, expected)
        now = await trial_balance.trial_balance(session, None)
        assert now[0].rows == (await trial_balance.trial_balance(session, AT + 9 * DAY))[0].rows


async def test_running_balances_of_a_filtered_list(api: Pool, booked: SeededProgram) -> None:
    platform = await account(api, booked, "PLATFORM")
    async with api.read(booked.id) as session:
        given = JournalFilter(from_at=AT + DAY, to_at=AT + 3 * DAY)
        (found,) = await entries.of_accounts(session, [platform.key], given, Slice(9))
        assert await entries.count_of_accounts(session, [platform.key], given) == [2]
        keys = [(platform.key, entry.journal_key, entry.seq) for entry in found]
        balances = await entries.balances_after(session, keys)
    # In order of posting 8, 2, 4, 1 were added; newest first, those of two days.
    assert [entry.amount.minor for entry in found] == [4, 2]
    assert balances == [14, 10]


async def test_another_program_reads_nothing(
    api: Pool, booked: SeededProgram, other_program: SeededProgram
) -> None:
    platform = await account(api, booked, "PLATFORM")
    async with api.read(other_program.id) as session:
        assert await accounts.by_ids(session, [platform.id]) == [None]
        assert await accounts.by_keys(session, [platform.key]) == [None]
        assert await journals.page(session, JournalFilter(), Slice(5)) == []
        assert await trial_balance.trial_balance(session, None) == []
