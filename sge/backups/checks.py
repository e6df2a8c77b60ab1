"""Every check of a restored database that needs no network."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.ids import new_id
from app.domain.reconciliation import Run
from app.processes.reconciliation.checks import CHECKS
from app.services.ledger_verification import verify_ledger
from app.store.database import Database
from app.store.reconciliation.scopes import read_scope
from app.store.recovery_findings import posted_programs
from sge.backups.restored_server import RestoredServer, Tell
from sge.ledger_faults import ledger_faults


@dataclass(frozen=True, slots=True)
class Checked:
    """faults: in words. seals: links of hash chains that were recomputed; checks: of the reconciliation, carried out."""

    faults: tuple[str, ...]
    programs: int
    seals: int
    checks: int


async def check_restored(server: RestoredServer, as_of: datetime, tell: Tell) -> Checked:
    """The ledger added up again, all seals of journals and audit logs, and the reconciliation's checks of the database.

    as_of: when the state is of, by which what is late is judged.
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
        for program_id in programs:
            tell(f"comparing the records of program {program_id} with each other")
            faults += await _compared(database, program_id, as_of)
    finally:
        await database.close()
    seals = sum(chain.seals for chain in ledger.chains.values())
    return Checked(tuple(faults), len(programs), seals, len(programs) * len(CHECKS.database))


async def _compared(database: Database, program_id: int, as_of: datetime) -> list[str]:
    run = Run(new_id(), program_id, whole=True, asked_at=as_of, taken_by="drill")
    async with database.read(program_id) as session:
        scope = await read_scope(session, run, as_of)
        results = [await check(session, scope) for _, check in CHECKS.database]
    return [
        f"program {program_id}, {result.name}: {one.message}"
        for result in results
        for one in result.found
    ]
