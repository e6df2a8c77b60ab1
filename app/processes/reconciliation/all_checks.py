"""Every check of a run in one snapshot: those that need the database only, and beside them those of the chain, which wait for
its node and keep this process busy while the others keep the database.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from app.chain.node_errors import ChainError
from app.domain.errors import Unavailable
from app.domain.reconciliation import CheckResult, Scope
from app.processes.chain_proof.comparing import ChainView
from app.processes.reconciliation.checks import Checks
from app.processes.reconciliation.parts import Progress, Reconciling
from app.processes.reconciliation.side_by_side import look_side_by_side
from app.store.database import ReadSession
from app.store.reconciliation.scopes import make_room

_CONNECTIONS = 4
"""Two to look with at the database, one beside the chain, one to keep the lease."""


async def look_at_all(
    parts: Reconciling,
    session: ReadSession,
    scope: Scope,
    at: Progress,
    results: list[CheckResult],
) -> None:
    """Adds what each check says. Nobody's fault loses what the others found; the database's is raised rather than the node's."""
    seen: list[CheckResult] = []
    proven: list[CheckResult] = []
    try:
        async with _beside(parts, session, scope) as second:
            if second is None:
                await look_side_by_side(parts, session, scope, at, seen)
                await _look_at_chain(parts, session, scope, at, proven)
                return
            ended = await asyncio.gather(
                look_side_by_side(parts, session, scope, at, seen),
                _look_at_chain(parts, second, scope, at, proven),
                return_exceptions=True,
            )
        for problem in ended:
            if problem is not None:
                raise problem
    finally:
        results += _joined(parts.checks, seen, proven)


@asynccontextmanager
async def _beside(
    parts: Reconciling, session: ReadSession, scope: Scope
) -> AsyncIterator[ReadSession | None]:
    """Another connection that looks at the same snapshot; None when nothing is for it, or none is free."""
    async with AsyncExitStack() as stack:
        second: ReadSession | None = None
        if parts.checks.chain and parts.database.connections >= _CONNECTIONS:
            taken = parts.database.read(scope.program_id, await session.export())
            try:
                second = await stack.enter_async_context(taken)
            except Unavailable:
                second = None
        if second is not None:
            await make_room(second)
        yield second


async def _look_at_chain(
    parts: Reconciling,
    session: ReadSession,
    scope: Scope,
    at: Progress,
    proven: list[CheckResult],
) -> None:
    for name, look in parts.checks.chain:
        at(name)
        chain = parts.chains.get(scope.chain_id)
        if chain is None:
            raise ChainError("no node is configured (SGE_CHAINS)")
        result = await look(session, ChainView(chain, parts.gateways.get(scope.chain_id)), scope)
        assert result.name is name
        proven.append(result)


def _joined(
    checks: Checks, seen: list[CheckResult], proven: list[CheckResult]
) -> list[CheckResult]:
    """Of a check in two halves: both together. Half a check that found nothing has not passed yet."""
    halves = {name for name, _ in checks.database} & {name for name, _ in checks.chain}
    begun, ended = {one.name: one for one in seen}, {one.name: one for one in proven}
    apart = [
        one
        for one in (*seen, *proven)
        if one.name not in halves
        or (not one.passed and not (one.name in begun and one.name in ended))
    ]
    both = halves & begun.keys() & ended.keys()
    return [*apart, *(begun[name].with_half(ended[name]) for name in sorted(both))]
