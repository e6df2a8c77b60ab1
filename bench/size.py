"""How long each list and summary takes on a seeded program, how long a reconciliation, and what all of it weighs.

    sge bench seed --embedded /tmp/seeded
    python -m bench.size [/tmp/seeded] [--slug seed-1] [--repeat 20]

Without a folder it seeds a small database of its own.

Through the API in this process, without a socket: GraphQL, permissions, row-level security and PostgreSQL, but no network.
"""

import argparse
import asyncio
import time
from dataclasses import replace

import asyncpg
import httpx

from app.api_runtime import ApiProcess
from app.domain.clock import real_clock
from app.domain.permissions import ApiScope
from app.domain.rate_limits import RateLimits
from app.main import create_app
from app.processes.follow_events import follow_events
from app.services.access.api_keys import CreateApiKey, create_api_key
from app.services.execute import execute
from app.services.ledger_verification import verify_ledger
from app.services.seals import CONSUMER, seal_events
from app.store.database import Database
from app.store.reads import dashboard
from bench.reconciliation import time_checks
from bench.seeded import api_settings, seeded_folder, seeded_options
from schema.build import build_schema
from schema.transport.settings import TransportSettings
from sge.embedded.postgres import Postgres
from sge.embedded.redis_server import Redis
from tests.api.sized import Sized, look_at, questions
from tests.storage.bells import SilentBells

_TABLES = """
SELECT c.relname AS name, pg_table_size(c.oid) AS heap, pg_indexes_size(c.oid) AS indexes, c.reltuples::bigint AS rows
  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
 ORDER BY pg_total_relation_size(c.oid) DESC LIMIT 16
"""
_INDEXES = """
SELECT indexrelname AS name, pg_relation_size(indexrelid) AS size, idx_scan
  FROM pg_stat_user_indexes ORDER BY pg_relation_size(indexrelid) DESC LIMIT 16
"""
_UNUSED = """
SELECT string_agg(s.indexrelname, ', ' ORDER BY pg_relation_size(s.indexrelid) DESC)
  FROM pg_stat_user_indexes s JOIN pg_index i USING (indexrelid)
 WHERE s.idx_scan = 0 AND NOT i.indisunique AND pg_relation_size(s.indexrelid) > 1000000
"""
_MEGABYTE = 1_048_576


def main() -> None:
    """Prints what bench/RESULTS.md records."""
    parser = argparse.ArgumentParser(description=__doc__)
    seeded_options(parser)
    parser.add_argument("--repeat", type=int, default=20)
    options = parser.parse_args()
    with (
        seeded_folder(options.folder) as folder,
        Postgres(folder) as postgres,
        Redis(folder / "redis") as redis,
    ):
        asyncio.run(_run(postgres, redis.url, options))


async def _run(postgres: Postgres, redis_url: str, options: argparse.Namespace) -> None:
    owner = await asyncpg.connect(postgres.dsn())
    sized = await look_at(owner, options.slug)
    await owner.execute("VACUUM (ANALYZE)")
    # Before anything is written that a sealer would have to see.
    await _verify(postgres)
    await time_checks(postgres.dsn("sge_worker"), options.slug)
    process = ApiProcess(api_settings(postgres, redis_url))
    await process.start()
    try:
        await _ask(process, sized, options.repeat)
        await _dashboard(process, sized, options.repeat)
    finally:
        await process.stop()
    await _weigh(owner, int(sized.facts["intents"]))
    await owner.close()


async def _ask(process: ApiProcess, sized: Sized, repeat: int) -> None:
    any_price = replace(RateLimits().key, cost_of_one=10**9)
    app = create_app(process, build_schema(), TransportSettings(limits=RateLimits(key=any_price)))
    headers = {"authorization": f"Bearer {await _key(process, sized)}"}
    print("| question | p50, ms | p95, ms |\n| --- | --- | --- |")
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://api", headers=headers, timeout=60
    ) as client:
        for name, document in questions(sized).items():
            taken = []
            for _ in range(repeat):
                began = time.perf_counter()
                answer = await client.post("/graphql", json={"query": document})
                taken.append(1000 * (time.perf_counter() - began))
                if "errors" in answer.json():
                    raise SystemExit(f"{name}: {answer.text}")
            print(f"| {name} | {_row(taken)} |", flush=True)


async def _key(process: ApiProcess, sized: Sized) -> str:
    scopes = frozenset(ApiScope) - {ApiScope.PLATFORM}
    command = CreateApiKey(sized.key, "size", scopes, f"size {time.time_ns()}")
    made = await execute(
        process.runtime.database,
        process.runtime.bells,
        sized.key,
        lambda unit: create_api_key(unit, process.key_hasher, "bench", command, process.now()),
    )
    assert made.token is not None
    return made.token


async def _dashboard(process: ApiProcess, sized: Sized, repeat: int) -> None:
    taken = []
    for _ in range(repeat):
        began = time.perf_counter()
        async with process.runtime.database.read(sized.key) as session:
            await dashboard.dashboard(session, process.now())
        taken.append(1000 * (time.perf_counter() - began))
    print(f"| programDashboard, one event | {_row(taken)} |")


def _row(taken: list[float]) -> str:
    ordered = sorted(taken)
    return f"{ordered[len(ordered) // 2]:.1f} | {ordered[int(0.95 * (len(ordered) - 1))]:.1f}"


async def _verify(postgres: Postgres) -> None:
    worker = await Database.connect(postgres.dsn("sge_worker"), maximum=2)
    # An earlier run of this made a key, whose audit row nobody has sealed.
    await follow_events(
        worker, SilentBells(), real_clock, consumer=CONSUMER, holder="bench", apply=seal_events
    )
    began = time.perf_counter()
    async with worker.read(None) as session:
        report = await verify_ledger(session, real_clock())
    print(
        f"ledger verify, with every seal: {time.perf_counter() - began:.1f} s, sound: {report.sound}"
    )
    await worker.close()


async def _weigh(owner: asyncpg.Connection, intents: int) -> None:
    whole = await owner.fetchval("SELECT pg_database_size(current_database())")
    print(
        f"database: {whole / _MEGABYTE:.0f} MB, {whole / intents:.0f} bytes for each of {intents} intents"
    )
    print(
        "| table | rows | heap, MB | indexes, MB | bytes an intent |\n| --- | --- | --- | --- | --- |"
    )
    for row in await owner.fetch(_TABLES):
        size = row["heap"] + row["indexes"]
        print(
            f"| {row['name']} | {row['rows']} | {row['heap'] / _MEGABYTE:.0f} | {row['indexes'] / _MEGABYTE:.0f}"
            f" | {size / intents:.0f} |"
        )
    for row in await owner.fetch(_INDEXES):
        print(f"index {row['name']}: {row['size'] / _MEGABYTE:.0f} MB, {row['idx_scan']} scans")
    print(f"indexes that nothing used: {await owner.fetchval(_UNUSED)}")


if __name__ == "__main__":
    main()
