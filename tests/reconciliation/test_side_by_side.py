"""Two checks at a time see one instant, and lose nothing of each other."""

import asyncio
from dataclasses import replace

import pytest

from app.chain.client import Chain
from app.domain.clock import real_clock
from app.domain.ids import new_id
from app.domain.reconciliation import CheckName, CheckResult, Run, Scope
from app.processes.chain_proof.comparing import ChainCheck, ChainView
from app.processes.reconciliation.all_checks import look_at_all
from app.processes.reconciliation.checks import Checks, DatabaseCheck
from app.store.database import Database, ReadSession
from app.store.reconciliation.scopes import read_scope
from tests.fixtures.databases import Database as OwnDatabase
from tests.reconciliation.reconciled import Reconciled

_SEEN = """
SELECT pg_backend_pid() AS server, pg_current_snapshot()::text AS snapshot, current_setting('work_mem') AS room,
       (SELECT count(*) FROM account) AS accounts
"""
_LONGEST_SECONDS = 10
# A server that ends who says nothing in a transaction, as it does with a worker after five minutes.
_IDLE_MS = 100
NAMES = (CheckName.TRIAL_BALANCE, CheckName.FOREST, CheckName.SEALS)


class Seeing:
    """Checks that say what their connection sees. together: each waits until another one has begun."""

    def __init__(self, *, together: bool, failing: CheckName | None = None) -> None:
        self.rows: dict[CheckName, tuple[object, ...]] = {}
        self._both = asyncio.Barrier(2 if together else 1)
        self._failing = failing

    def checks(self, names: tuple[CheckName, ...], of_chain: tuple[CheckName, ...] = ()) -> Checks:
        database = tuple((name, self._check(name)) for name in names)
        return Checks(database, tuple((name, self._chain_check(name)) for name in of_chain))

    def _chain_check(self, name: CheckName) -> ChainCheck:
        look = self._check(name)

        async def look_at_chain(session: ReadSession, _: ChainView, scope: Scope) -> CheckResult:
            return await look(session, scope)

        return look_at_chain

    def _check(self, name: CheckName) -> DatabaseCheck:
        async def look(session: ReadSession, scope: Scope) -> CheckResult:
            await asyncio.wait_for(self._both.wait(), _LONGEST_SECONDS)
            if name is self._failing:
                raise LookupError(name)
            self.rows[name] = tuple(await session.connection.fetchrow(_SEEN) or ())
            return CheckResult(name, scope.program_id)

        return look


async def looked(
    reconciled: Reconciled, checks: Checks, database: Database | None = None
) -> list[CheckName]:
    """Of which checks there are results, in their order; MOVEMENTS last where one failed. No node is ever asked."""
    chains = {31337: Chain(31337, ["http://[::1]:1"])}
    parts = replace(reconciled.parts(checks=checks), chains=chains)
    parts = replace(parts, database=database or parts.database)
    results: list[CheckResult] = []
    run = Run(new_id(), reconciled.program, whole=True, asked_at=real_clock(), taken_by="test")
    async with parts.database.read(reconciled.program) as session:
        scope = await read_scope(session, run, real_clock())
        async with reconciled.books.worker.write(
            None
        ) as unit:  # what a snapshot taken from here on would see
            await unit.connection.execute("SELECT pg_current_xact_id()")
        try:
            await look_at_all(parts, session, scope, lambda _: None, results)
        except LookupError:
            results.append(CheckResult(CheckName.MOVEMENTS, 0))
    return [result.name for result in results]


def test_two_at_a_time_see_one_snapshot(lived: Reconciled) -> None:
    async def live() -> None:
        seeing = Seeing(together=True)
        names = NAMES[:2]
        assert await looked(lived, seeing.checks(names)) == list(names)
        one, other = (seeing.rows[name] for name in names)
        assert one[0] != other[0]  # two servers' processes
        assert one[1:] == other[1:]

    lived.books.runner.run(live())


@pytest.mark.parametrize("failing", NAMES)
def test_a_check_that_fails_loses_no_other(lived: Reconciled, failing: CheckName) -> None:
    async def live() -> None:
        seeing = Seeing(together=False, failing=failing)
        seen = await looked(lived, seeing.checks(NAMES))
        assert seen == [*(name for name in NAMES if name is not failing), CheckName.MOVEMENTS]

    lived.books.runner.run(live())


def test_the_chain_is_looked_at_beside_the_database_in_its_snapshot(lived: Reconciled) -> None:
    async def live() -> None:
        seeing = Seeing(together=True)
        checks = seeing.checks(NAMES[:1], (CheckName.SETTLEMENTS,))
        assert await looked(lived, checks) == [NAMES[0], CheckName.SETTLEMENTS]
        one, other = seeing.rows.values()
        assert one[0] != other[0]
        assert one[1:] == other[1:]

    lived.books.runner.run(live())


def test_neither_half_of_a_run_loses_the_other(lived: Reconciled) -> None:
    """PAYOUTS is a check in two halves: one of them, that found nothing, is no result."""
    of_chain = (CheckName.SETTLEMENTS, CheckName.PAYOUTS)
    database = (CheckName.FOREST, CheckName.PAYOUTS)

    async def live() -> None:
        whole = Seeing(together=False).checks(database, of_chain)
        assert await looked(lived, whole) == [
            *(CheckName.FOREST, CheckName.SETTLEMENTS),
            CheckName.PAYOUTS,
        ]
        for failing, left in (
            (CheckName.FOREST, [CheckName.SETTLEMENTS, CheckName.PAYOUTS]),
            (CheckName.SETTLEMENTS, [CheckName.FOREST]),
            (CheckName.PAYOUTS, [CheckName.FOREST, CheckName.SETTLEMENTS]),
        ):
            checks = Seeing(together=False, failing=failing).checks(database, of_chain)
            assert await looked(lived, checks) == [*left, CheckName.MOVEMENTS]

    lived.books.runner.run(live())


@pytest.mark.parametrize("connections", [6, 1])
def test_who_waits_for_the_other_half_is_not_ended(
    lived: Reconciled, module_database: OwnDatabase, connections: int
) -> None:
    """A node takes as long as it takes; who reads beside it, or waits for it, has nothing to say to the database."""
    url = f"{module_database.dsn('sge_worker')}?idle_in_transaction_session_timeout={_IDLE_MS}"

    async def look(*_: object) -> CheckResult:
        return CheckResult(CheckName.FOREST, 1)

    async def wait(session: ReadSession, *_: object) -> CheckResult:
        await asyncio.sleep(5 * _IDLE_MS / 1000)
        assert await session.connection.fetchval("SELECT count(*) FROM account")
        return CheckResult(CheckName.SETTLEMENTS, 1)

    async def live() -> None:
        checks = Checks(((CheckName.FOREST, look),), ((CheckName.SETTLEMENTS, wait),))
        database = await Database.connect(url, maximum=connections)
        try:
            seen = await looked(lived, checks, database)
        finally:
            await database.close()
        assert seen == [CheckName.FOREST, CheckName.SETTLEMENTS]

    lived.books.runner.run(live())
