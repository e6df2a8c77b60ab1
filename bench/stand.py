"""What a benchmark runs on: real servers in a folder of their own, the schema, the contracts, an open runtime."""

import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.chain.deploy import mint_test_usd
from app.observability import configure_logging
from app.processes.intake.accept_intent import Intake
from app.runtime import Runtime, chain_facts
from app.settings import load_settings
from sge import migrations
from sge.demo.chain import DemoChain, prepared_chain
from sge.demo.environment import demo_settings, process_environment
from sge.demo.options import DemoOptions
from sge.demo.programs import PROGRAMS
from sge.demo.services import Services, running_services
from sge.demo.wallets import DemoKeys, account, kept_keys
from sge.embedded.ports import free_port
from sge.session import opened_runtime

_RICH_WEI = 100 * 10**18
# A chain that is busy with the whole bench may take longer than a client would wait.
_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Stand:
    """Everything that runs, and the environment of further processes."""

    folder: Path
    services: Services
    keys: DemoKeys
    chain: DemoChain
    environment: dict[str, str]

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Bench"]:
        """This process as an API process would be, without its sockets."""
        os.environ.update(self.environment)
        async with opened_runtime(load_settings(), "api") as runtime:
            intake = Intake(
                runtime.database,
                runtime.bells,
                runtime.chains,
                chain_facts(runtime.settings),
                runtime.clock,
                patience_seconds=_PATIENCE_SECONDS,
            )
            yield Bench(self, runtime, intake)


@dataclass(frozen=True)
class Bench:
    """A stand with this process's own runtime and intake."""

    stand: Stand
    runtime: Runtime
    intake: Intake


@contextmanager
def running_stand() -> Iterator[Stand]:
    """Starts all servers in a temporary folder, durable as in the demo; nothing is left afterwards."""
    say("starting PostgreSQL, Redis and a chain …")
    configure_logging("WARNING")
    folder = Path(tempfile.mkdtemp(prefix="sge-bench-", dir="/tmp"))
    folder.chmod(0o755)
    options = DemoOptions(folder=folder, port=free_port(), page=False)
    tree_sizes = [len(plan.affiliates) for plan in PROGRAMS]
    keys = kept_keys(folder / "demo-keys.json", tree_sizes)
    try:
        with running_services(options) as services:
            migrations.upgrade(services.postgres.dsn("sge_owner"))
            chain = prepared_chain(folder / "demo-chain.json", services.anvil, keys)
            for key in keys.relayers:
                address = account(key).address
                services.anvil.call("anvil_setBalance", address, hex(_RICH_WEI))
            environment = process_environment(demo_settings(options, services, keys, chain))
            yield Stand(folder, services, keys, chain, environment)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def say(text: str) -> None:
    """One line of progress."""
    print(text, file=sys.stderr, flush=True)


async def mint(bench: Bench, amounts: dict[str, int]) -> None:
    """Gives each address that many minor units of the test dollar."""
    stand = bench.stand
    await mint_test_usd(
        stand.services.anvil.url, stand.keys.deployer, stand.chain.deployment.token, amounts
    )
