"""How many intents a second one process accepts, for one program, by how many clients ask at once.

    python bench/intake.py [seconds]

Free registrations under a referrer five levels deep, through the whole intake (read, check, store with audit row and
event), without GraphQL and without a chain. PostgreSQL is the embedded one, with fsync and synchronous_commit on. The
processor time of this process and of all database backends is measured beside the rate, since the machine is shared.
"""

import asyncio
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psutil

from app.chain.address import checksum_address
from app.domain.intents import REGISTRATION
from app.domain.intents.kind import Asked
from app.observability import configure_logging
from app.processes.intake.accept_intent import Intake
from app.store.database import Database
from sge.embedded.postgres import Postgres
from sge.migrations import upgrade
from tests.services.world import FACTS, World, key_of

_DEPTH = 5
_NUMBERS = count(1)


@dataclass(frozen=True)
class Line:
    """One row of the table."""

    clients: int
    accepted: int
    seconds: float
    waits: Sequence[float]
    own_seconds: float
    database_seconds: float

    def __str__(self) -> str:
        ordered = sorted(self.waits)
        p50, p99 = (ordered[int(len(ordered) * part)] * 1000 for part in (0.5, 0.99))
        own, server = (
            each * 1e6 / self.accepted for each in (self.own_seconds, self.database_seconds)
        )
        rate = self.accepted / self.seconds
        per_core = self.accepted / self.own_seconds
        return (
            f"| {self.clients} | {rate:.0f} | {per_core:.0f} | {p50:.1f} | {p99:.1f} |"
            f" {own:.0f} | {server:.0f} |"
        )


async def measure(
    world: World, intake: Intake, program_id: int, clients: int, seconds: float
) -> Line:
    """Clients that each send the next registration when they have the answer of the last."""
    authority, waits = key_of(program_id), list[float]()
    ends_at = time.perf_counter() + seconds

    async def client() -> None:
        while time.perf_counter() < ends_at:
            number = next(_NUMBERS)
            wallet = checksum_address((2**100 + number).to_bytes(20))
            asked = Asked(wallet, f"key {number}", f"LEVEL-{_DEPTH}")
            asked_at = time.perf_counter()
            await intake.accept(authority, program_id, REGISTRATION, asked)
            waits.append(time.perf_counter() - asked_at)

    own, server, started = time.process_time(), _database_seconds(), time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    del world
    return Line(
        clients,
        len(waits),
        time.perf_counter() - started,
        waits,
        time.process_time() - own,
        _database_seconds() - server,
    )


def _database_seconds() -> float:
    """Of every PostgreSQL process that this one started; a backend that ended meanwhile is lost."""
    used = 0.0
    for process in psutil.Process(os.getpid()).children(recursive=True):
        times = process.cpu_times()
        used += times.user + times.system
    return used


async def run(dsn: str, seconds: float) -> None:
    database = await Database.connect(dsn, maximum=10)
    world = World(database)
    program_id = (await world.program()).program_id
    await world.affiliate(program_id, "LEVEL-1")
    for level in range(2, _DEPTH + 1):
        await world.affiliate(program_id, f"LEVEL-{level}", f"LEVEL-{level - 1}")
    intake = Intake(database, world.bells, {}, FACTS, lambda: world.now)
    await measure(world, intake, program_id, 50, 1.0)
    for clients in (1, 10, 50, 200):
        print(await measure(world, intake, program_id, clients, seconds), flush=True)
    await database.close()


def main() -> None:
    """Prints a table for bench/RESULTS.md."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    configure_logging("WARNING")
    with tempfile.TemporaryDirectory(prefix="sge-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with Postgres(folder / "postgres") as postgres:
            upgrade(postgres.dsn())
            print(f"Python {platform.python_version()}, {os.cpu_count()} cores")
            print(
                "| clients | accepted/s | per core of this process | p50 ms | p99 ms |"
                " own CPU, µs each | database CPU, µs each |"
            )
            print("| --- | --- | --- | --- | --- | --- | --- |")
            asyncio.run(run(postgres.dsn("sge_api"), seconds))


if __name__ == "__main__":
    main()
