"""What it costs to roll settlements up: microseconds a commission, applied from events in batches.

    python bench/rollups.py [settlements]

Each settlement has an upline of five affiliates out of 3 000, three of whom earn. Beside it: a downline summary of an
affiliate with all of them below it.
"""

import asyncio
import json
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import asyncpg
import psutil

from app.domain.clock import real_clock
from app.store.database import Database
from app.store.feed.events import EventFeed
from app.store.reads.downline_sums import downline_summaries
from sge.embedded.postgres import Postgres
from sge.migrations import upgrade
from tests.storage.following import roll_up
from tests.storage.seeds import add_program

AFFILIATES = 3_000
EARNED = ("10000000", "5000000", "2000000", "0", "0")

_WRITE = """
INSERT INTO event_outbox (program_id, type, name, entity_id, version, data, at)
SELECT $1, 'SETTLEMENT', 'settlement.confirmed', gen_random_uuid()::text, 1, g.data::jsonb, g.at
  FROM unnest($2::text[], $3::timestamptz[]) AS g (data, at)
"""


def settlement(random: Random) -> str:
    """The data of one event; the root, 1, is above everybody."""
    line = [*random.sample(range(2, AFFILIATES), 4), 1]
    return json.dumps(
        {
            "v": 1,
            "kind": "PAYMENT",
            "amount": "100000000",
            "currency": "USD",
            "month": "2026-11",
            "internal": {
                "milliseconds": random.randrange(500, 20_000),
                "upline": [
                    {"affiliate": affiliate, "level": level, "earned": earned}
                    for level, (affiliate, earned) in enumerate(zip(line, EARNED, strict=True), 1)
                ],
                "referrers": [],
            },
        }
    )


async def run(owner_dsn: str, worker_dsn: str, settlements: int) -> None:
    """Writes, moves, applies, reads; prints a line for each."""
    random, owner = Random(1), await asyncpg.connect(owner_dsn)
    program = await add_program(owner, "hot", affiliates=1, users=0)
    start = datetime.now(UTC)
    data = [settlement(random) for _ in range(settlements)]
    ats = [start + timedelta(milliseconds=2 * n) for n in range(settlements)]
    await owner.execute(_WRITE, program.id, data, ats)
    await owner.close()
    worker = await Database.connect(worker_dsn, maximum=1)
    began = time.perf_counter()
    await EventFeed(worker, real_clock).move_outbox()
    moved = time.perf_counter()
    server = psutil.Process(await worker.pool.fetchval("SELECT pg_backend_pid()"))
    client_before, server_before = time.process_time(), sum(server.cpu_times()[:2])
    await roll_up(worker, real_clock)
    applied = time.perf_counter()
    print(f"move the outbox: {settlements / (moved - began):.0f} events/s")
    each = (applied - moved) / settlements * 1e6
    client = (time.process_time() - client_before) / settlements * 1e6 / 3
    used = (sum(server.cpu_times()[:2]) - server_before) / settlements * 1e6 / 3
    print(f"apply: {each / 3:.0f} µs a commission (CPU: server {used:.0f}, client {client:.0f})")
    async with worker.read(program.id) as session:
        await downline_summaries(session, [(1, "USD", None)])
        began = time.perf_counter()
        for _ in range(100):
            await downline_summaries(session, [(1, "USD", None)])
        print(f"downline summary: {(time.perf_counter() - began) * 10:.2f} ms")
    await worker.close()


def main() -> None:
    """Prints what bench/RESULTS.md records."""
    settlements = int(sys.argv[1]) if len(sys.argv) > 1 else 30_000
    with tempfile.TemporaryDirectory(prefix="sge-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with Postgres(folder / "postgres") as postgres:
            upgrade(postgres.dsn())
            asyncio.run(run(postgres.dsn(), postgres.dsn("sge_worker"), settlements))


if __name__ == "__main__":
    main()
