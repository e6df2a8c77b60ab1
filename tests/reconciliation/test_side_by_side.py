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
from app.store.database import ReadSession
from app.store.reconciliation.scopes import read_scope
from tests.reconciliation.reconciled import Reconciled

_SEEN = """
SELECT pg_backend_pid() AS server, pg_current_snapshot()::text AS snapshot, current_setting('work_mem') AS room,
       (SELECT count(*) FROM account) AS accounts
"""
_LONGEST_SECONDS = 10
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


async def looked(reconciled: Reconciled, checks: Checks) -> list[CheckName]:
    """Of which checks there are results, in their order; MOVEMENTS last where one failed. No node is ever asked."""
    parts = replace(
        reconciled.parts(checks=checks), chains={31337: Chain(31337, ["http://[::1]:1"])}
    )
    results: list[CheckResult] = []
    run = Run(new_id(), reconciled.program, whole=True, asked_at=real_clock(), taken_by="test")
    async with parts.database.read(reconciled.program) as session:
        scope = await read_scope(session, run, real_clock())
        async with parts.database.write(
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
