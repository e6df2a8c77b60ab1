"""How long each check of a whole run takes: those that need the database only on a database that `sge bench seed` made, those
that lay the books beside a chain on an anvil with payments that real workers settled (bench/proving.py). Seconds, and seconds of
processor, which a busy machine does not change much.

    sge bench seed --embedded /tmp/seeded
    python -m bench.reconciliation [/tmp/seeded] [--slug seed-1] [--payments 20000]

Without a folder it seeds a small database of its own and settles a few payments; with one it asks no chain unless told how many.
"""

import argparse
import asyncio
import sys
import time

import psutil

from app.domain.clock import real_clock
from app.domain.ids import new_id
from app.domain.reconciliation import CheckResult, Run
from app.processes.reconciliation.checks import DATABASE_CHECKS
from app.processes.reconciliation.parts import Reconciling
from app.processes.reconciliation.side_by_side import look_side_by_side
from app.store.database import Database
from app.store.programs import find_program_id
from app.store.reconciliation.scopes import read_scope
from bench.proving import time_chain_checks
from bench.seeded import seeded_folder, seeded_options
from sge.embedded.postgres import Postgres
from tests.storage.bells import SilentBells

_FEW_PAYMENTS = 1_000


async def time_checks(dsn: str, slug: str) -> None:
    """Prints a line for each check, all in one snapshot, and how long they take together as a run has them; exits when
    there is no such program.
    """
    database = await Database.connect(dsn, maximum=3)
    async with database.read(None) as session:
        program_id = await find_program_id(session, slug=slug)
    if program_id is None:
        sys.exit(f"there is no program {slug}")
    run = Run(new_id(), program_id, whole=True, asked_at=real_clock(), taken_by="bench")
    begun = time.perf_counter()
    async with database.read(program_id) as session:
        scope = await read_scope(session, run, real_clock())
        server = psutil.Process(await session.connection.fetchval("SELECT pg_backend_pid()"))
        for name, check in DATABASE_CHECKS:
            started, busy = time.perf_counter(), server.cpu_times()
            result = await check(session, scope)
            seconds, spent = time.perf_counter() - started, server.cpu_times()
            cpu = spent.user + spent.system - busy.user - busy.system
            print(
                f"{name.value:16} {seconds:7.1f} s {cpu:7.1f} s  {result.examined:>11,} rows  {result.actual}"
            )
            for one in result.found[:3]:
                print(
                    f"    {one.kind} {one.reference}: expected {one.expected}, actual {one.actual}"
                )
    print(f"{'all':16} {time.perf_counter() - begun:7.1f} s")
    await _two_at_a_time(database, run)
    await database.close()


async def _two_at_a_time(database: Database, run: Run) -> None:
    """As a run has them, whatever else the machine does meanwhile."""
    parts = Reconciling(database, SilentBells(), {}, real_clock, "bench")
    begun = time.perf_counter()
    results: list[CheckResult] = []
    async with database.read(run.program_id) as session:
        scope = await read_scope(session, run, real_clock())
        await look_side_by_side(parts, session, scope, lambda _: None, results)
    wrong = sum(len(result.found) for result in results)
    print(f"{'two at a time':16} {time.perf_counter() - begun:7.1f} s, {wrong} found")


def main() -> None:
    """Prints what bench/RESULTS.md records."""
    parser = argparse.ArgumentParser(description=__doc__)
    seeded_options(parser)
    parser.add_argument("--payments", type=int, help="settled on a chain; 0: none")
    options = parser.parse_args()
    with seeded_folder(options.folder) as folder, Postgres(folder) as postgres:
        asyncio.run(time_checks(postgres.dsn("sge_worker"), options.slug))
    payments = options.payments
    if payments is None:
        payments = 0 if options.folder else _FEW_PAYMENTS
    if payments:
        time_chain_checks(payments)


if __name__ == "__main__":
    main()
