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
from sge.embedded.postgres_address import DATABASE
from sge.embedded.redis_server import Redis
from sge.embedded.standby import Standby
from tests.edge.nginx import Nginx
from tests.fixtures.pgbouncer import PgBouncer

APIS = 2
WORKERS = 2
_POOLED = 10
# All of them: a full reconciliation at the end asks for the first logs too.
_KEPT_BLOCKS = 20_000


@dataclass
class Process:
    """One of SGE's own processes."""

    child: Child
    launch: Launch

    def start(self) -> None:
        self.child.start(self.launch)

    def end(self, how: signal.Signals) -> None:
        """Waits for the end. SIGTERM comes once: the second one says to cut off what still runs."""
        if how is not signal.SIGTERM:
            os.kill(self.child.pid, how)
        self.child.stop()


@dataclass
class Town:
    """services: with the primary. urls: of the API processes. The second of each kind reaches the primary by the pooler."""

    services: Services
    standby: Standby
    pooler: PgBouncer
    nginx: Nginx
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

    @property
    def edge(self) -> str:
        """nginx, as its certificate names it."""
        return f"https://localhost:{self.nginx.port}"

    @property
    def fronts(self) -> list[str]:
        """Wherever a client may knock."""
        return [*self.urls, self.edge]

    def described_at(self, url: str) -> dict[str, Any]:
        """.sge/demo.json, as it would be with that API process."""
        return self.description | {"graphql": f"{url}/graphql", "ws": f"{socket_of(url)}/graphql"}

    def faults(self) -> list[str]:
        """What the API processes took for a fault of ours, with its traceback."""
        logs = [one.child.log for name, one in self.processes.items() if name.startswith("api")]
        return [
            line for log in logs for line in log.read_text().splitlines() if '"exception"' in line
        ]

    def ended(self) -> list[str]:
        """Which of our processes ended by themselves."""
        return [name for name, one in self.processes.items() if one.child.has_ended()]


def socket_of(url: str) -> str:
    """Where its WebSockets are: ws for http, wss for https."""
    return url.replace("http", "ws", 1)


@contextmanager
def running_town(folder: Path) -> Iterator[Town]:
    """Two API processes behind nginx, two workers, a scheduler, PostgreSQL with a replica and a pooler, Redis, a chain, two
    programs.
    """
    keys = kept_keys(folder / "keys.json", [len(plan.affiliates) for plan in PROGRAMS])
    with ExitStack() as running:
        postgres = running.enter_context(Postgres(folder / "postgres"))
        redis = running.enter_context(Redis(folder / "redis"))
        anvil = running.enter_context(Anvil(folder / "anvil", keeps_blocks=_KEPT_BLOCKS))
        services = Services(postgres, redis, anvil)
        migrations.upgrade(postgres.dsn("sge_owner"))
        standby = running.enter_context(Standby(folder / "replica", postgres))
        pooler = running.enter_context(PgBouncer(folder / "pooler", postgres.address, _POOLED))
        chain = prepared_chain(folder / "chain.json", anvil, keys)
        options = [DemoOptions(folder, port=free_port(), page=False) for _ in range(APIS)]
        nginx = running.enter_context(Nginx(folder / "nginx", [one.port for one in options]))
        settings = demo_settings(options[0], services, keys, chain) | {
            "SGE_DATABASE_READ_URL": standby.dsn("sge_reader"),
            "SGE_TRUSTED_PROXIES": "127.0.0.1/32",
        }
        urls = [f"http://127.0.0.1:{one.port}" for one in options]
        town = Town(services, standby, pooler, nginx, keys, chain, settings, urls)
        town.description = described_demo(options[0], services, keys, chain)
        _add_processes(town, folder, [one.port for one in options])
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


def _add_processes(town: Town, folder: Path, ports: list[int]) -> None:
    pooled = _pooled(town.pooler)
    for number, port in enumerate(ports, 1):
        more = {"SGE_API_PORT": str(port)} | (pooled if number % 2 == 0 else {})
        _add(town, folder, f"api-{number}", "api", more)
    for number in range(1, WORKERS + 1):
        _add(town, folder, f"worker-{number}", "worker", pooled if number % 2 == 0 else {})
    _add(town, folder, "scheduler", "scheduler", {})


def _pooled(pooler: PgBouncer) -> dict[str, str]:
    """What docs/several-servers.md says about a pooler."""
    urls = {
        f"SGE_DATABASE_{role.upper()}_URL": pooler.dsn(f"sge_{role}", DATABASE)
        for role in ("api", "worker", "feed")
    }
    return urls if pooler.keeps_prepared_statements else urls | {"SGE_STATEMENT_CACHE_SIZE": "0"}


def _add(town: Town, folder: Path, name: str, command: str, more: dict[str, str]) -> None:
    own = folder / "processes" / name
    own.mkdir(parents=True)
    environment = process_environment(town.settings | more, command)
    launch = Launch([sys.executable, "-m", "sge.cli", command], environment=environment, folder=own)
    town.processes[name] = Process(Child(name, own, signal.SIGTERM), launch)
