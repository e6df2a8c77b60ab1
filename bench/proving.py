"""How long the checks of a whole run take that lay the books beside a chain: on an anvil with payments that real workers
settled in full batches.
"""

import asyncio
import gc
import time

import asyncpg
import psutil

from app.chain.rpc_metrics import REQUEST_SECONDS
from app.domain.clock import real_clock
from app.domain.ids import new_id
from app.domain.intents import PAYMENT
from app.domain.reconciliation import Run
from app.processes.chain_proof.checks import CHAIN_CHECKS
from app.processes.chain_proof.comparing import ChainView
from app.runtime import gateways_of
from app.store.database import Database
from app.store.reconciliation.scopes import read_scope
from bench.processes import running_crew
from bench.settlement import wait_for_count
from bench.stand import Bench, Stand, mint, running_stand, say
from bench.tenants import (
    PRICE_UNITS,
    Tenant,
    create_tenant,
    pause,
    register_users,
    resume,
    signed_payments,
    submit,
)
from sge.embedded.anvil import CHAIN_ID
from sge.embedded.postgres_address import SUPERUSER

_USERS = 200
_AT_ONCE = 10_000
_CONFIRMED = "SELECT count(*) FROM intent_state WHERE status = 'CONFIRMED'"
_POSTED = "SELECT (SELECT max(block_number) FROM settlement) <= (SELECT min(block_number) FROM consumed_through)"


def time_chain_checks(payments: int) -> None:
    """Settles that many payments of one program, then prints a line for each check of the chain."""
    with running_stand() as stand:
        asyncio.run(_settle(stand, payments))
        asyncio.run(_time(stand))


async def _settle(stand: Stand, payments: int) -> None:
    """Workers end with it, so that nobody else is busy while checks are timed."""
    admin = await asyncpg.connect(stand.services.postgres.address.dsn(SUPERUSER, "sge"))
    crew = {"worker": ["worker"], "scheduler": ["scheduler"]}
    with running_crew(stand, crew):
        async with stand.opened() as bench:
            tenant = await _registered(bench, payments)
            await wait_for_count(admin, _CONFIRMED, _USERS)
            for start in range(0, payments, _AT_ONCE):
                await _pay(bench, tenant, min(_AT_ONCE, payments - start))
                await wait_for_count(admin, _CONFIRMED, _USERS + min(start + _AT_ONCE, payments))
                say(f"{min(start + _AT_ONCE, payments)} payments are settled")
            await wait_for_count(admin, _POSTED, True)
    await admin.close()


async def _registered(bench: Bench, payments: int) -> Tenant:
    tenant = await create_tenant(bench, 0, _USERS)
    wallets = [key.public_key.to_checksum_address() for key in tenant.users]
    await mint(bench, dict.fromkeys(wallets, -(-payments // _USERS) * 2 * PRICE_UNITS))
    await register_users(bench, tenant, tenant.users)
    return tenant


async def _pay(bench: Bench, tenant: Tenant, count: int) -> None:
    """All of them are due at once, so that batches are full."""
    await pause(bench, tenant)
    await submit(bench, tenant, PAYMENT, signed_payments(bench, tenant, count))
    await resume(bench, tenant)


async def _time(stand: Stand) -> None:
    # As in a worker.
    gc.freeze()
    gc.set_threshold(50_000)
    node = psutil.Process(stand.services.anvil.pid)
    before = _cpu(node)
    async with stand.opened() as bench:
        chain = bench.runtime.chains[CHAIN_ID]
        gateway = gateways_of(bench.runtime.settings)[CHAIN_ID]
        dsn = stand.services.postgres.dsn("sge_worker")
        await print_chain_checks(dsn, ChainView(chain, gateway))
    print(f"the node: {_cpu(node) - before:.2f} s of processor")


async def print_chain_checks(dsn: str, view: ChainView) -> None:
    """A line for each check: seconds by the clock, seconds of processor of this process and of the database's, requests to
    the node (a batch is one), rows, and seconds by the clock for 100 000 settlements.
    """
    database = await Database.connect(dsn, maximum=3)
    async with database.read(None) as session:
        program_id = await session.connection.fetchval("SELECT max(id) FROM program")
        settlements = await session.connection.fetchval(
            "SELECT count(*) FROM settlement WHERE program_id = $1", program_id
        )
    run = Run(new_id(), program_id, whole=True, asked_at=real_clock(), taken_by="bench")
    await view.chain.block_number()
    total = 0.0
    async with database.read(program_id) as session:
        scope = await read_scope(session, run, real_clock())
        server = psutil.Process(await session.connection.fetchval("SELECT pg_backend_pid()"))
        print(f"{settlements:,} settlements in {scope.block_number:,} blocks")
        for name, check in CHAIN_CHECKS:
            began, own, of_server = time.perf_counter(), time.process_time(), _cpu(server)
            asked = _requests()
            result = await check(session, view, scope)
            seconds = time.perf_counter() - began
            total += seconds
            print(
                f"{name.value:12} {seconds:7.2f} s, here {time.process_time() - own:6.2f} s, database"
                f" {_cpu(server) - of_server:6.2f} s, {_requests() - asked:4} requests,"
                f" {result.examined:>9,} rows, {seconds * 100_000 / settlements:6.2f} s for 100 000"
                f"  {result.actual or ''}"
            )
    print(f"{'all':12} {total:7.2f} s, {total * 100_000 / settlements:6.2f} s for 100 000")
    await database.close()


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _requests() -> int:
    """How many answers were waited for until now."""
    return sum(
        int(sample.value)
        for metric in REQUEST_SECONDS.collect()
        for sample in metric.samples
        if sample.name.endswith("_count")
    )
