"""Carries a run out: every check in one snapshot, chain facts at the block that the snapshot is posted through."""

import asyncio
from collections.abc import Callable
from functools import partial
from uuid import UUID

import structlog
from structlog.contextvars import bound_contextvars

from app.chain.node_errors import ChainError
from app.domain.errors import Unavailable
from app.domain.reconciliation import CheckName, Outcome, Run, RunStatus
from app.domain.seals import SealStream
from app.processes.reconciliation.all_checks import look_at_all
from app.processes.reconciliation.keeping import kept
from app.processes.reconciliation.parts import Progress, Reconciling
from app.services.execute import execute
from app.services.reconciliation.carry_out import RunLost, end_run, take_run
from app.store.database import UnitOfWork
from app.store.programs import public_id_of
from app.store.reconciliation import runs
from app.store.reconciliation.scopes import read_scope

_LOG = structlog.get_logger()


class _Stopped(Exception):
    """The process is to end."""


async def reconcile_one(
    parts: Reconciling,
    *,
    run_id: UUID | None = None,
    stopping: Callable[[], bool] = lambda: False,
    progress: Progress = lambda _: None,
) -> RunStatus | None:
    """Takes the run that waits longest (or this one) and carries it out; None when none waits, when the process is to end
    (it is handed back), and when somebody else took it over meanwhile.

    A run under way when its worker dies is taken over once its lease ran out. A database that is away raises
    Unavailable; the run waits for whoever takes it next.
    """

    async def take(unit: UnitOfWork) -> tuple[Run, UUID] | None:
        run = await take_run(unit, holder=parts.holder, now=parts.clock(), run_id=run_id)
        return None if run is None else (run, await public_id_of(unit, run.program_id))

    taken = await execute(parts.database, parts.bells, None, take)
    if taken is None:
        return None
    run, program = taken
    with bound_contextvars(program=str(program), run=str(run.id)):
        return await _carry_out(parts, run, stopping, progress)


async def _carry_out(
    parts: Reconciling, run: Run, stopping: Callable[[], bool], progress: Progress
) -> RunStatus | None:
    try:
        async with kept(parts, run):
            seen = await _look(parts, run, stopping, progress)
        end = partial(end_run, run=run, outcome=seen, now=parts.clock())
        await execute(parts.database, parts.bells, run.program_id, end)
    except asyncio.CancelledError:
        # A large program takes longer than a worker is given to end: the next one need not wait for the lease.
        await _hand_back(parts, run)
        raise
    except _Stopped:
        await _hand_back(parts, run)
        return None
    except RunLost:
        _LOG.warning("a reconciliation was taken over")
        return None
    _LOG.info("reconciled", status=seen.status.value, failure=seen.failure, **_heads(seen))
    return seen.status


def _heads(seen: Outcome) -> dict[str, str]:
    """Where both chains of seals ended, for logs: they are kept where nobody with rights over the database changes them."""
    if seen.extent is None:
        return {}
    heads = {stream: seen.extent.head(stream) for stream in SealStream}
    return {
        f"{stream.value.lower()}_seals": f"{n} 0x{(hash_ or b'').hex()}"
        for stream, (n, hash_) in heads.items()
    }


async def _hand_back(parts: Reconciling, run: Run) -> None:
    hand_back = partial(runs.hand_back, run=run)
    await execute(parts.database, parts.bells, run.program_id, hand_back)


async def _look(
    parts: Reconciling, run: Run, stopping: Callable[[], bool], progress: Progress
) -> Outcome:
    seen = Outcome()

    def at(name: CheckName) -> None:
        if stopping():
            raise _Stopped
        progress(name)

    try:
        async with parts.database.read(run.program_id) as session:
            scope = await read_scope(session, run, parts.clock())
            seen.extent = scope.extent
            await look_at_all(parts, session, scope, at, seen.results)
    except (Unavailable, _Stopped):
        raise
    except ChainError as problem:
        seen.failure = f"chain {scope.chain_id}: {problem}"
    except Exception as problem:  # noqa: BLE001 - one check's fault must not lose what the others found
        _LOG.exception("a check failed")
        seen.failure = f"a check failed: {type(problem).__name__}"
    return seen
