"""How many ledger entries a second go through the posting function, with every check on, on one hot program.

    python bench/ledger_posting.py [seconds]

Writers are processes that post as sge_worker: a payment is five transfers (payment, platform fee, three commissions),
ten entries, one movement; 200 payments a database transaction. PostgreSQL is the embedded one, with fsync and
synchronous_commit on, its settings as the demo has them.
"""

import asyncio
import multiprocessing
import platform
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import asyncpg
import psutil

from app.domain.ids import new_id
from app.domain.money import Money
from app.domain.postings import (
    PLATFORM,
    PROGRAM,
    Account,
    AccountKind,
    Journal,
    JournalKind,
    Movement,
    MovementDirection,
    Transfer,
)
from app.store.database import Database
from app.store.ledger.posting import post
from sge.embedded.postgres import Postgres
from sge.migrations import upgrade
from tests.storage.seeds import add_program

BATCH = 200
ENTRIES_A_PAYMENT = 10
USERS = 2_000
AFFILIATES = 300


@dataclass(frozen=True)
class Scene:
    """What a writer needs to know."""

    dsn: str
    program_id: int
    users: list[int]
    affiliates: list[int]
    batch: int


def payment(scene: Scene, random: Random, block: int, index: int) -> Journal:
    """A payment of 100 with a fee of 1 % and levels of 10, 5 and 2 %."""

    def line(purpose: str, amount: int, debit: Account, credit: Account) -> Transfer:
        return Transfer(purpose, Money(amount, "USD"), debit, credit)

    earners = random.sample(scene.affiliates, 3)
    shares = zip(earners, (10_000_000, 5_000_000, 2_000_000), strict=True)
    return Journal(
        new_id(),
        JournalKind.SETTLEMENT,
        str(new_id()),
        datetime.now(UTC),
        (
            line(
                "payment",
                100_000_000,
                Account(AccountKind.USER, random.choice(scene.users)),
                PROGRAM,
            ),
            line("fee", 1_000_000, PROGRAM, PLATFORM),
            *(
                line("commission", share, PROGRAM, Account(AccountKind.AFFILIATE, affiliate))
                for affiliate, share in shares
            ),
        ),
        (
            Movement(
                31337,
                block,
                block.to_bytes(32),
                index,
                MovementDirection.IN,
                Money(100_000_000, "USD"),
                tx_hash=block.to_bytes(32),
            ),
        ),
    )


@dataclass(frozen=True)
class Work:
    """What a writer did, and the processor time it took: its own, and its server process's."""

    payments: int
    client_seconds: float
    server_seconds: float


async def write(scene: Scene, writer: int, start_at: float, seconds: float) -> Work:
    """Posts until the time is over."""
    database = await Database.connect(scene.dsn, maximum=1)
    random, posted = Random(writer), 0
    server = psutil.Process(await database.pool.fetchval("SELECT pg_backend_pid()"))
    await asyncio.sleep(max(0.0, start_at - time.time()))
    client_before, server_before = time.process_time(), _used(server)
    while time.time() < start_at + seconds:
        block = writer * 10**9 + posted
        journals = [payment(scene, random, block, index) for index in range(scene.batch)]
        async with database.write(scene.program_id) as unit:
            await post(unit, scene.program_id, journals, datetime.now(UTC))
        posted += scene.batch
    work = Work(posted, time.process_time() - client_before, _used(server) - server_before)
    await database.close()
    return work


def _used(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def run_writer(scene: Scene, writer: int, start_at: float, seconds: float) -> Work:
    """A process's work."""
    return asyncio.run(write(scene, writer, start_at, seconds))


async def prepare(owner_dsn: str, worker_dsn: str) -> Scene:
    """One program with users and affiliates."""
    owner = await asyncpg.connect(owner_dsn)
    program = await add_program(owner, "hot", affiliates=1, users=0)
    for table, column in (("affiliate", AFFILIATES), ("program_user", USERS)):
        await owner.execute(_MANY[table], program.id, column)
    users = await owner.fetch("SELECT id FROM program_user WHERE program_id = $1", program.id)
    members = await owner.fetch("SELECT id FROM affiliate WHERE program_id = $1", program.id)
    await owner.close()
    return Scene(
        worker_dsn, program.id, [row["id"] for row in users], [row["id"] for row in members], BATCH
    )


_MANY = {
    "affiliate": """
INSERT INTO affiliate (program_id, public_id, depth, path, wallet, referral_code, request_hash, created_at)
SELECT $1, gen_random_uuid(), 0, '', '0x' || lpad(to_hex(100000 + n), 40, '0'), 'BENCH' || n, '', now()
  FROM generate_series(1, $2::integer) AS n
""",
    "program_user": """
INSERT INTO program_user (program_id, public_id, wallet, created_at)
SELECT $1, gen_random_uuid(), '0x' || lpad(to_hex(n), 40, '0'), now() FROM generate_series(1, $2::integer) AS n
""",
}


def main() -> None:
    """Prints a table for bench/RESULTS.md."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    with tempfile.TemporaryDirectory(prefix="sge-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with Postgres(folder / "postgres") as postgres:
            upgrade(postgres.dsn())
            scene = asyncio.run(prepare(postgres.dsn(), postgres.dsn("sge_worker")))
            print(f"Python {platform.python_version()}, {multiprocessing.cpu_count()} cores")
            print(
                "| writers | payments/s | entries/s | server CPU, µs an entry | client CPU, µs an entry |"
            )
            print("| --- | --- | --- | --- | --- |")
            for writers in (1, 2, 4):
                print(measure(scene, writers, seconds), flush=True)


def measure(scene: Scene, writers: int, seconds: float) -> str:
    """A line of the table: so many processes together."""
    context = multiprocessing.get_context("spawn")
    start_at = time.time() + 3 + 2 * writers
    jobs = [(scene, writers * 10 + number, start_at, seconds) for number in range(writers)]
    with context.Pool(writers) as pool:
        works = pool.starmap(run_writer, jobs)
    payments = sum(work.payments for work in works)
    rate = payments / (time.time() - start_at)
    entries = max(payments * ENTRIES_A_PAYMENT, 1)
    server = sum(work.server_seconds for work in works) * 1e6 / entries
    client = sum(work.client_seconds for work in works) * 1e6 / entries
    return (
        f"| {writers} | {rate:.0f} | {rate * ENTRIES_A_PAYMENT:.0f} | {server:.1f} | {client:.1f} |"
    )


if __name__ == "__main__":
    main()
