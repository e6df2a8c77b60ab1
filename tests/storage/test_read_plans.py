"""Reads are planned for the values they are asked with, however often: a plan for any values reads a whole program."""

from app.store.database import Database as Pool
from app.store.reads import accounts
from app.store.reads.accounts import AccountFilter
from app.store.reads.values import Slice
from tests.storage.seeds import SeededProgram

_PLANS = """
SELECT coalesce(sum(generic_plans), 0) AS generic, coalesce(sum(custom_plans), 0) AS custom
  FROM pg_prepared_statements WHERE parameter_types <> '{}' AND statement LIKE '%FROM account%'
"""


async def test_a_read_is_planned_anew_each_time(api: Pool, program: SeededProgram) -> None:
    async with api.read(program.id) as session:
        for _ in range(20):
            await accounts.page(session, AccountFilter(kind=("PROGRAM",)), Slice(10))
        planned = await session.connection.fetchrow(_PLANS)
    assert planned is not None
    assert planned["generic"] == 0
    assert planned["custom"] >= 20
