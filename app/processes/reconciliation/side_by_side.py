"""The checks that need the database only, two at a time: a second connection looks at the first one's snapshot, so that
both say what was so at one instant.
"""

import asyncio
from collections import deque
from contextlib import AsyncExitStack
from dataclasses import dataclass

from app.domain.errors import Unavailable
from app.domain.reconciliation import CheckName, CheckResult, Scope
from app.processes.reconciliation.checks import DatabaseCheck
from app.processes.reconciliation.parts import Progress, Reconciling
from app.store.database import Database, ReadSession
from app.store.reconciliation.scopes import make_room

_CONNECTIONS = 3
"""Two to look with, one to keep the lease."""
# What takes longest begins first, so that both end at about the same time (bench/reconciliation.py).
_LONGEST_FIRST = (CheckName.SEALS, CheckName.ROLLUPS, CheckName.STORED_BALANCES)


async def look_side_by_side(
    parts: Reconciling,
    session: ReadSession,
    scope: Scope,
    at: Progress,
    results: list[CheckResult],
) -> None:
    """Adds what each check says, in the order of the checks. A check that fails loses none of the others: its fault is
    raised when all have been tried.
    """
    order = [name for name, _ in parts.checks.database]
    looking = _Looking(
        deque(sorted(parts.checks.database, key=lambda one: _rank(one[0]))), scope, at, results
    )
    by = [looking.look(session)]
    if len(order) > 1 and parts.database.connections >= _CONNECTIONS:
        by.append(looking.look_beside(parts.database, await session.export()))
    ended = await asyncio.gather(*by, return_exceptions=True)
    results.sort(key=lambda result: order.index(result.name))
    for problem in ended:
        if problem is not None:
            raise problem


@dataclass(frozen=True)
class _Looking:
    """waiting: checks that nobody has begun yet."""

    waiting: deque[tuple[CheckName, DatabaseCheck]]
    scope: Scope
    at: Progress
    results: list[CheckResult]

    async def look(self, session: ReadSession) -> None:
        while self.waiting:
            name, check = self.waiting.popleft()
            self.at(name)
            result = await check(session, self.scope)
            assert result.name is name
            self.results.append(result)

    async def look_beside(self, database: Database, snapshot: str) -> None:
        async with AsyncExitStack() as stack:
            try:
                session = await stack.enter_async_context(
                    database.read(self.scope.program_id, snapshot)
                )
            except Unavailable:
                return  # no connection is free: the other one does all of it
            await make_room(session)
            await self.look(session)


def _rank(name: CheckName) -> int:
    return _LONGEST_FIRST.index(name) if name in _LONGEST_FIRST else len(_LONGEST_FIRST)
