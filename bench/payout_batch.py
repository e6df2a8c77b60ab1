"""How long a large batch takes: due commissions to PAYABLE, then planned, simulated on the chain, hashed and stored.

python -m bench.payout_batch [affiliates] [commissions of each]
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from eth_account import Account

from app.chain.deploy import deploy_contracts
from app.processes.payouts.mature import mature_due
from sge.embedded.anvil import Anvil
from sge.embedded.postgres import Postgres
from sge.embedded.postgres_address import SUPERUSER
from sge.migrations import upgrade
from tests.contracts.gateway_chain import DEPLOYER_KEY, RELAYER_KEY, GatewayChain
from tests.contracts.items import USDC
from tests.payouts.bulk import many_due
from tests.payouts.world import PayoutWorld
from tests.processes.conftest import world_over
from tests.processes.watching_world import WatchingWorld

T = TypeVar("T")


@dataclass(frozen=True)
class Addresses:
    """Where the database is, by role."""

    postgres: Postgres

    def dsn(self, role: str = "sge_owner") -> str:
        return self.postgres.dsn(role)

    @property
    def superuser_dsn(self) -> str:
        return self.postgres.dsn(SUPERUSER)


async def timed(what: str, work: Awaitable[T]) -> T:
    """Prints the seconds that it took, and the processor time of this process."""
    began, used = time.perf_counter(), time.process_time()
    result = await work
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    print(f"{what}: {seconds:.1f} s ({cpu:.1f} s of this process's processor time)", flush=True)
    return result


async def run(addresses: Addresses, node: Anvil, affiliates: int, each: int) -> None:
    """Plants, matures, plans; prints a line for each."""
    relayer = Account.from_key(RELAYER_KEY).address
    deployment = await deploy_contracts(node.url, DEPLOYER_KEY, relayers=[relayer])
    async with world_over(addresses, GatewayChain(node, deployment)) as settling:
        world = PayoutWorld(WatchingWorld(settling))
        program = await world.program()
        due = many_due(world, program, affiliates=affiliates, each=each, amount=USDC)
        await timed(f"planted {affiliates * each} commissions of {affiliates} affiliates", due)
        clock = settling.clock
        mature = mature_due(settling.worker, settling.bells, program.id, "job:bench", clock)
        await timed("matured", mature)
        made = await timed("planned, simulated, hashed and stored", world.create(program))
        listed = await world.safes.listed(made.batch_id)
        payouts = sum(one["payout_count"] for one in listed)
        again = world.create(program, replaces=made.batch_id)
        await timed("replaced by the same content", again)
        print(f"{payouts} payouts in {len(listed)} Safe transactions")


def main() -> None:
    """Prints what bench/RESULTS.md records."""
    affiliates, each = (int(one) for one in (sys.argv[1:] or ("10000", "10")))
    with tempfile.TemporaryDirectory(prefix="sge-bench-") as name, ExitStack() as servers:
        folder = Path(name)
        folder.chmod(0o755)
        postgres = servers.enter_context(Postgres(folder / "postgres"))
        node = servers.enter_context(Anvil(folder / "anvil", remembers=False, accounts=20))
        upgrade(postgres.dsn())
        print(f"load average {os.getloadavg()[0]:.1f}")
        asyncio.run(run(Addresses(postgres), node, affiliates, each))


if __name__ == "__main__":
    main()
