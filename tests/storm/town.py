"""Everything that a deployment has, each a process of its own that may be stopped and started again."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sge import migrations
from sge.demo.api import wait_until_ready
from sge.demo.chain import DemoChain, prepared_chain
from sge.demo.description import described_demo
from sge.demo.environment import demo_settings, process_environment
from sge.demo.operator_key import create_operator_key
from sge.demo.options import DemoOptions
from sge.demo.programs import PROGRAMS
from sge.demo.services import Services
from sge.demo.tenants import create_tenants
from sge.demo.wallets import DemoKeys, kept_keys
from sge.embedded.anvil import Anvil
from sge.embedded.child import Child, Launch
from sge.embedded.ports import free_port
from sge.embedded.postgres import Postgres
from sge.embedded.redis_server import Redis
from sge.embedded.standby import Standby

APIS = 2
WORKERS = 2


@dataclass
class Process:
    """One of SGE's own processes."""

    child: Child
    launch: Launch

    def start(self) -> None:
        self.child.start(self.launch)

    def end(self, how: signal.Signals) -> None:
        """Sends the signal and waits for the end."""
        os.kill(self.child.pid, how)
        self.child.stop()


@dataclass
class Town:
    """services: with the primary. urls: of the API processes."""

    services: Services
    standby: Standby
    keys: DemoKeys
    chain: DemoChain
    settings: dict[str, str]
    urls: list[str]
    description: dict[str, Any] = field(default_factory=dict)
    processes: dict[str, Process] = field(default_factory=dict)

    @property
    def tenants(self) -> list[dict[str, Any]]:
        """The programs, each with a key that may do everything."""
        return list(self.description["programs"])

    def described_at(self, url: str) -> dict[str, Any]:
        """.sge/demo.json, as it would be with that API process."""
        ws = url.replace("http", "ws", 1)
        return self.description | {"graphql": f"{url}/graphql", "ws": f"{ws}/graphql"}

    def faults(self) -> list[str]:
        """What the API processes took for a fault of ours, with its traceback."""
        logs = [one.child.log for name, one in self.processes.items() if name.startswith("api")]
        return [
            line for log in logs for line in log.read_text().splitlines() if '"exception"' in line
        ]

    def crash(self, server: Postgres | Redis | Anvil) -> None:
        """Ends a server without a goodbye, where it keeps what it has said without one."""
        if not isinstance(server, Anvil):  # it writes its chain down when it ends, and only then
            how = signal.SIGQUIT if isinstance(server, Postgres) else signal.SIGKILL
            os.kill(server.pid, how)
        server.stop()


@contextmanager
def running_town(folder: Path) -> Iterator[Town]:
    """Two API processes, two workers, a scheduler, PostgreSQL with a replica, Redis, a chain, two programs."""
    keys = kept_keys(folder / "keys.json", [len(plan.affiliates) for plan in PROGRAMS])
    with ExitStack() as running:
        postgres = running.enter_context(Postgres(folder / "postgres"))
        redis = running.enter_context(Redis(folder / "redis"))
        anvil = running.enter_context(Anvil(folder / "anvil"))
        services = Services(postgres, redis, anvil)
        migrations.upgrade(postgres.dsn("sge_owner"))
        standby = running.enter_context(Standby(folder / "replica", postgres))
        chain = prepared_chain(folder / "chain.json", anvil, keys)
        options = [DemoOptions(folder, port=free_port(), page=False) for _ in range(APIS)]
        settings = demo_settings(options[0], services, keys, chain) | {
            "SGE_DATABASE_READ_URL": standby.dsn("sge_reader"),
        }
        urls = [f"http://127.0.0.1:{one.port}" for one in options]
        town = Town(services, standby, keys, chain, settings, urls)
        town.description = described_demo(options[0], services, keys, chain)
        for number, one in enumerate(options, 1):
            _add(town, folder, f"api-{number}", "api", SGE_API_PORT=str(one.port))
        for number in range(1, WORKERS + 1):
            _add(town, folder, f"worker-{number}", "worker")
        _add(town, folder, "scheduler", "scheduler")
        try:
            for process in town.processes.values():
                process.start()
            _settle_in(town)
            yield town
        finally:
            for process in reversed(town.processes.values()):
                process.child.ask_to_stop()
            for process in reversed(town.processes.values()):
                process.child.stop()


def _settle_in(town: Town) -> None:
    for url in town.urls:
        asyncio.run(wait_until_ready(url))
    key = create_operator_key(process_environment(town.settings, "api"))
    town.description["operatorKey"] = key
    town.description["programs"] = asyncio.run(
        create_tenants(town.urls[0], key, town.keys, town.chain)
    )


def _add(town: Town, folder: Path, name: str, command: str, **more: str) -> None:
    own = folder / "processes" / name
    own.mkdir(parents=True)
    environment = process_environment(town.settings | more, command)
    launch = Launch([sys.executable, "-m", "sge.cli", command], environment=environment, folder=own)
    town.processes[name] = Process(Child(name, own, signal.SIGTERM), launch)
