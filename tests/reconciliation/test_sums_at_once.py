"""Kept sums are what they sum though several connections post and move commissions at once; and though several mend them."""

import asyncio
from datetime import timedelta

import asyncpg

from app.store.database import Database
from app.store.rollups import kept_sums
from tests.kept_sum_rules import wrong_sums
from tests.posting.books import Asked
from tests.reconciliation.reconciled import Reconciled

_WAITING = """
SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
"""
_HOLD = "SELECT FROM {table} WHERE program_id = $1 FOR UPDATE"
_BEND = "UPDATE account_sum SET balance = balance - 5 WHERE program_id = $1 AND kind = 'PROGRAM'"
_MOVED = "SELECT count(*) FROM commission WHERE program_id = $1 AND status = '{status}'"
Pools = tuple[asyncio.Runner, list[Database]]


async def until_waiting(connection: asyncpg.Connection, tasks: list[asyncio.Task[None]]) -> None:
    """Until each of them that goes on waits for a lock."""
    async with asyncio.timeout(30):
        while True:
            await asyncio.sleep(0.02)
            going_on = sum(not task.done() for task in tasks)
            if await connection.fetchval(_WAITING) >= max(1, going_on):
                return


async def post_and_move(lived: Reconciled, table: str, asked: Asked, taken_back: Asked) -> None:
    """A payment, a reversal and what becomes payable, each on a connection of its own, which meet at the sums of a table."""
    books = lived.books
    books.block += 1
    work = books.final_work([books.settled_item(asked, 0)])

    async def settle() -> None:
        assert await books._post(work)

    pool = books.admin.pool
    async with pool.acquire() as connection, pool.acquire() as holder:
        async with asyncio.TaskGroup() as group, holder.transaction():
            await holder.execute(_HOLD.format(table=table), lived.program)
            works = (
                settle(),
                books._reverse(taken_back, None),
                books._mature(timedelta(days=31)),
            )
            await until_waiting(connection, [group.create_task(one) for one in works])
        assert await wrong_sums(connection) == []


def test_what_posts_and_moves_at_once_adds_up(pools: Pools, reconciled: Reconciled) -> None:
    books = reconciled.books
    paid = [reconciled.pay(1_000_000 + n) for n in range(6)]
    for n, taken_back in enumerate(paid):
        table = ("account_sum", "payable_sum", "earned_sum")[n % 3]
        asked = books.accept(reconciled.payer, 3_000_000 + n, 1, registration=False, referrer=None)
        pools[0].run(post_and_move(reconciled, table, asked, taken_back))
    [payable] = reconciled.fetch(_MOVED.format(status="PAYABLE"), reconciled.program)
    [taken] = reconciled.fetch(_MOVED.format(status="REVERSED"), reconciled.program)
    assert (payable["count"] > 9, taken["count"]) == (True, 18)


def test_two_who_mend_at_once_add_what_lacks_once(pools: Pools, reconciled: Reconciled) -> None:
    reconciled.plant(_BEND)
    books, [accounts, *_] = reconciled.books, kept_sums.KEPT_SUMS

    async def mend() -> None:
        async with books.worker.write(reconciled.program) as unit:
            await kept_sums.mend(unit, reconciled.program, accounts)

    async def at_once() -> list[str]:
        async with books.admin.pool.acquire() as connection:
            assert len(await wrong_sums(connection)) == 1
            first_one = books.worker.write(reconciled.program)
            async with asyncio.TaskGroup() as group, first_one as first:
                await kept_sums.mend(first, reconciled.program, accounts)
                await until_waiting(connection, [group.create_task(mend())])
            return await wrong_sums(connection)

    assert pools[0].run(at_once()) == []
