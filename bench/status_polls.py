"""What a poll of an intent's status costs, and what a cache in Redis, or a replica, would take of it or add to it.

    python -m bench.status_polls [seconds for each load]

Processor time, in µs an answer: of the API process, and of PostgreSQL with its backends. `viewer { kind }` is the same
request without a statement: no cache can cost less than that and its own call to Redis.
"""

import asyncio
import json
import multiprocessing
import platform
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial

import psutil

from app.bus.recent_writers import RecentWriters
from app.processes.reading.positions import Positions
from app.runtime import Runtime
from app.settings import load_settings
from bench.api import VIEWER, one_answer, registration
from bench.api_stand import Stand, Tenant, body_of, create_tenant, running, running_stand
from bench.http_load import load
from sge.session import opened_runtime

POLL = "query ($id: ID!) { intent(by: {id: $id}) { id status stage version } }"
CLIENTS = (1, 16)
ROUNDS = 3_000


def spent(process: psutil.Process) -> float:
    """Seconds of processor time of a process and of its children, also of those that ended."""
    times = process.cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    for child in process.children(recursive=True):
        own = child.cpu_times()
        total += own.user + own.system
    return float(total)


async def polls(stand: Stand, tenant: Tenant, pid: int, seconds: float) -> None:
    """Prints a line for each request and number of clients."""
    made = json.loads(await one_answer(stand.port, tenant.token, registration(tenant)))
    intent = made["data"]["registerUser"]["intent"]["id"]
    requests = {
        "intent(by: …) { id status stage version }": partial(body_of, POLL, id=intent),
        "viewer { kind }": partial(body_of, VIEWER),
    }
    postgres = server_of(stand)
    print("| request | clients | API, µs | PostgreSQL, µs | answers/s | p50, ms |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, body in requests.items():
        for clients in CLIENTS:
            before = spent(postgres)
            found = await load(
                stand.port, pid, tenant.token, body, clients=clients, seconds=seconds
            )
            database = (spent(postgres) - before) / found.answers
            own = found.cpu_seconds / found.answers
            print(
                f"| {name} | {clients} | {1e6 * own:.0f} | {1e6 * database:.0f} |"
                f" {found.answers / found.seconds:.0f} | {found.milliseconds(0.5):.1f} |",
                flush=True,
            )


def server_of(stand: Stand) -> psutil.Process:
    """PostgreSQL's first process."""
    record = json.loads((stand.folder / "postgres" / "process.json").read_text())
    return psutil.Process(record["pid"])


async def own_cost(name: str, work: Callable[[], Awaitable[object]], together: int) -> None:
    """Prints what one call costs this process, when so many are made at once."""
    await work()
    before = time.process_time()
    for _ in range(ROUNDS // together):
        await asyncio.gather(*(work() for _ in range(together)))
    each = (time.process_time() - before) / (ROUNDS // together * together)
    print(f"{name}, {together} at once: {1e6 * each:.0f} µs", flush=True)


async def additions(runtime: Runtime) -> None:
    """Prints what reading from a replica adds to a write and to a read."""
    assert runtime.settings.redis_url is not None
    writers = RecentWriters(runtime.settings.redis_url.get_secret_value())
    positions = Positions(runtime.database)
    for together in CLIENTS:
        await own_cost("a mutation's position", positions.after_now, together)
        await own_cost(
            "Redis: has this caller just written?", partial(writers.wrote, "x"), together
        )
        await own_cost("Redis: this caller has just written", partial(writers.note, "y"), together)
    await writers.close()


async def measure(stand: Stand, seconds: float) -> None:
    """On one API process, then in this one."""
    async with opened_runtime(load_settings(), "api") as runtime:
        tenant = await create_tenant(runtime, stand.treasury)
        ready = f"http://127.0.0.1:{stand.port}/healthz"
        with running(stand, "api", ["-m", "sge.cli", "api"], ready) as pid:
            await polls(stand, tenant, pid, seconds)
        await additions(runtime)


def main() -> None:
    """Prints what stands in bench/RESULTS.md."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 6.0
    print(f"Python {platform.python_version()}, {multiprocessing.cpu_count()} cores")
    with running_stand() as stand:
        asyncio.run(measure(stand, seconds))


if __name__ == "__main__":
    main()
