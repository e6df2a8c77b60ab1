"""Every check of a restored database: its records beside each other, and beside the chains that are configured."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime

from app.chain.node_errors import ChainError
from app.domain.ids import new_id
from app.domain.reconciliation import CheckResult, Run
from app.processes.chain_proof.comparing import ChainView
from app.processes.reconciliation.checks import CHECKS
from app.services.ledger_verification import verify_ledger
from app.store.database import Database
from app.store.reconciliation.scopes import read_scope
from app.store.recovery.findings import posted_programs
from sge.backups.restored_server import RestoredServer, Tell
from sge.ledger_faults import ledger_faults

OpenViews = Callable[[], AbstractAsyncContextManager[Mapping[int, ChainView]]]
"""Opens the chains to compare with, by chain id."""


@dataclass(frozen=True, slots=True)
class Checked:
    """faults: in words. seals: links of hash chains that were recomputed; checks: of the reconciliation, carried out.
    unseen: chains that programs are on and nothing was compared with, since no node is configured.
    """

    faults: tuple[str, ...]
    programs: int
    seals: int
    checks: int
    unseen: tuple[int, ...]


async def check_restored(
    server: RestoredServer, as_of: datetime, tell: Tell, open_views: OpenViews
) -> Checked:
    """The ledger added up again, all seals of journals and audit logs, and every check of the reconciliation.

    as_of: when the state is of, by which what is late is judged. A chain is asked for the blocks up to which each program was
    posted then, so it needs no waiting; a node that cannot answer is a fault.
    """
    database = await Database.connect(server.dsn("sge_worker"), maximum=1)
    faults: list[str] = []
    try:
        async with database.read(None) as session:
            tell("adding the ledger up and recomputing its seals")
            ledger = await verify_ledger(session, as_of)
            faults += [
                f"{total.program}: debits and credits in {total.currency} are not equal"
                for total in ledger.totals
                if not total.balanced
            ]
            faults += ledger_faults(ledger)
            programs = await posted_programs(session)
        async with open_views() as views:
            compared = []
            for program_id in programs:
                tell(f"comparing the records of program {program_id} with each other and the chain")
                compared.append(await _compared(database, program_id, as_of, views))
    finally:
        await database.close()
    faults += [fault for one in compared for fault in one.faults]
    seals = sum(chain.seals for chain in ledger.chains.values())
    unseen = sorted({one.unseen for one in compared if one.unseen is not None})
    checks = sum(one.checks for one in compared)
    return Checked(tuple(faults), len(programs), seals, checks, tuple(unseen))


@dataclass(frozen=True, slots=True)
class _Compared:
    """One program. unseen: its chain, when that is not configured."""

    faults: Sequence[str]
    checks: int
    unseen: int | None


async def _compared(
    database: Database, program_id: int, as_of: datetime, views: Mapping[int, ChainView]
) -> _Compared:
    run = Run(new_id(), program_id, whole=True, asked_at=as_of, taken_by="drill")
    results: list[CheckResult] = []
    faults: list[str] = []
    async with database.read(program_id) as session:
        scope = await read_scope(session, run, as_of)
        for _, check in CHECKS.database:
            results.append(await check(session, scope))
        view = views.get(scope.chain_id)
        for name, look_at_chain in CHECKS.chain if view is not None else ():
            assert view is not None
            try:
                results.append(await look_at_chain(session, view, scope))
            except ChainError as problem:
                faults.append(f"program {program_id}, {name}: chain {scope.chain_id}: {problem}")
    found = [
        f"program {program_id}, {result.name}: {one.message}"
        for result in results
        for one in result.found
    ]
    return _Compared([*found, *faults], len(results), scope.chain_id if view is None else None)
