"""GraphQL beside a plain JSON answer, events to a thousand subscribers, and what an API process weighs.

    python -m bench.api [seconds for each load]

One `sge api` process as in the demo (document caches and orjson on), PostgreSQL with fsync. Rates are per core: answers
over the processor time of the server process alone, since the machine is shared with its clients and the database.
"""

import asyncio
import multiprocessing
import platform
import secrets
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import count
from multiprocessing.connection import Connection

import psutil

from app.domain.ids import new_id
from app.runtime import Runtime
from app.services.affiliates.register_affiliate import RegisterAffiliate, register_affiliate
from app.services.execute import execute
from app.settings import load_settings
from bench.api_stand import Stand, Tenant, body_of, create_tenant, running, running_stand
from bench.http_load import Load, answer_of, load
from bench.subscribers import subscribe
from sge.embedded.ports import free_port
from sge.session import opened_runtime

SUBSCRIBERS = 1_000
PACED, BURST = 40, 100
INTENTS = """
query ($slug: String!) { program(slug: $slug) { intents(first: 50) {
  nodes { id kind status stage version wallet referralCode createdAt }
  pageInfo { hasNextPage endCursor }
} } }
"""
REGISTER = """
mutation ($input: RegisterUserInput!) {
  registerUser(input: $input) { intent { id status version } replayed userErrors { code } }
}
"""
VIEWER = "{ viewer { kind } }"
_NUMBERS = count(1)


def registration(tenant: Tenant) -> bytes:
    """A new wallet that registers."""
    wanted = {
        "programId": tenant.id,
        "wallet": f"0x{secrets.token_hex(20)}",
        "idempotencyKey": f"register {next(_NUMBERS)}",
    }
    return body_of(REGISTER, input=wanted)


def row(name: str, clients: int, found: Load) -> str:
    """A line of the table."""
    return (
        f"| {name} | {clients} | {found.answers / found.seconds:.0f} | {found.per_core:.0f} |"
        f" {found.milliseconds(0.5):.1f} | {found.milliseconds(0.99):.1f} |"
    )


async def loads(stand: Stand, tenant: Tenant, pid: int, seconds: float) -> None:
    """Prints what the API answers, and what plain JSON of the same size does."""
    bodies: dict[str, Callable[[], bytes]] = {
        "registerUser": lambda: registration(tenant),
        "intents, 50 rows of 8 fields": partial(body_of, INTENTS, slug=tenant.slug),
        "viewer { kind }": partial(body_of, VIEWER),
    }
    print("| request | clients | answers/s | per core | p50, ms | p99, ms |")
    print("| --- | --- | --- | --- | --- | --- |")
    run = partial(load, token=tenant.token, seconds=seconds)
    for name, body in bodies.items():
        for clients in (1, 16):
            found = await run(stand.port, pid, body=body, clients=clients)
            print(row(name, clients, found), flush=True)
    answer = stand.folder / "answer.json"
    answer.write_bytes(
        await one_answer(stand.port, tenant.token, bodies["intents, 50 rows of 8 fields"]())
    )
    print(f"the plain answer has {answer.stat().st_size} bytes", file=sys.stderr)
    port = free_port()
    code = "from bench.plain_answer import serve; serve()"
    command = ["-c", code, str(port), str(answer)]
    with running(stand, "plain", command, f"http://127.0.0.1:{port}/") as plain:
        for clients in (1, 16):
            body = bodies["intents, 50 rows of 8 fields"]
            found = await run(port, plain, body=body, clients=clients)
            print(row("plain Starlette, the same JSON", clients, found), flush=True)


async def one_answer(port: int, token: str, body: bytes) -> bytes:
    """The answer to one request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"authorization: Bearer {token}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    answer = await answer_of(reader)
    writer.close()
    return answer


async def publish(runtime: Runtime, tenant: Tenant) -> float:
    """One event (and its audit row); gives the instant at which its commit had returned."""
    command = RegisterAffiliate(
        tenant.authority.program_id, f"0x{new_id().hex}{secrets.token_hex(4)}", None, None
    )
    now = runtime.clock()
    await execute(
        runtime.database,
        runtime.bells,
        tenant.authority.program_id,
        lambda unit: register_affiliate(unit, tenant.authority, command, now),
    )
    return time.time()


async def fan_out(stand: Stand, runtime: Runtime, tenant: Tenant, pid: int) -> None:
    """Prints how events reach all subscribers of one program."""
    context = multiprocessing.get_context("spawn")
    link, theirs = context.Pipe()
    arguments = (stand.port, tenant.token, tenant.id, SUBSCRIBERS, theirs)
    readers = context.Process(target=subscribe, args=arguments, daemon=True)
    readers.start()
    assert await asyncio.to_thread(link.recv) == "subscribed"
    server = psutil.Process(pid)
    print(f"{SUBSCRIBERS} subscribers: {server.memory_info().rss / 1e6:.0f} MB resident")
    committed = []
    for _ in range(PACED):
        committed.append(await publish(runtime, tenant))
        await asyncio.sleep(0.25)
    delays = await arrivals_after(link, committed)
    report("one event each 250 ms", delays)
    before, started = server.cpu_times(), time.time()
    committed = [await publish(runtime, tenant) for _ in range(BURST)]
    link.send(BURST)
    arrived = await asyncio.to_thread(link.recv)
    after = server.cpu_times()
    took = max(reader[-1] for reader in arrived) - started
    cpu = after.user + after.system - before.user - before.system
    messages = BURST * SUBSCRIBERS
    print(
        f"{BURST} events one after the other: {messages / took:.0f} messages/s,"
        f" {messages / cpu:.0f} a second of the server's core"
    )
    report(
        "in that burst",
        [at - made for reader in arrived for at, made in zip(reader, committed, strict=True)],
    )
    link.send(None)
    await asyncio.to_thread(readers.join)


async def arrivals_after(link: Connection, committed: list[float]) -> list[float]:
    """How long after its commit each event came to each subscriber."""
    link.send(len(committed))
    arrived = await asyncio.to_thread(link.recv)
    return [at - made for reader in arrived for at, made in zip(reader, committed, strict=True)]


def report(name: str, delays: list[float]) -> None:
    """A line of percentiles."""
    ordered = sorted(delays)
    p50, p99 = (ordered[int(len(ordered) * part)] * 1000 for part in (0.5, 0.99))
    print(f"commit to socket, {name}: p50 {p50:.1f} ms, p99 {p99:.1f} ms", flush=True)


async def measure(stand: Stand, seconds: float) -> None:
    """Everything, in turn, on one API process."""
    async with opened_runtime(load_settings(), "api") as runtime:
        tenant = await create_tenant(runtime, stand.treasury)
        ready = f"http://127.0.0.1:{stand.port}/healthz"
        with running(stand, "api", ["-m", "sge.cli", "api"], ready) as pid:
            server = psutil.Process(pid)
            print(f"started: {server.memory_info().rss / 1e6:.0f} MB resident")
            await loads(stand, tenant, pid, seconds)
            print(f"after these loads: {server.memory_info().rss / 1e6:.0f} MB resident")
            await fan_out(stand, runtime, tenant, pid)


def main() -> None:
    """Prints what stands in bench/RESULTS.md."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 8.0
    print(f"Python {platform.python_version()}, {multiprocessing.cpu_count()} cores")
    with running_stand() as stand:
        asyncio.run(measure(stand, seconds))


if __name__ == "__main__":
    main()
