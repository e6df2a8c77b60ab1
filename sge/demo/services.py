"""The demo's servers, each in its folder, all stopped together."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from sge.demo.options import DemoOptions
from sge.embedded.anvil import Anvil
from sge.embedded.postgres import Postgres
from sge.embedded.redis_server import Redis

# What --fresh forgets; fetched programs in .sge/tools stay.
_FORGOTTEN_FOLDERS = ("postgres", "redis", "anvil", "processes")
_FORGOTTEN_FILES = (
    "demo.json",
    "demo.env",
    "demo-keys.json",
    "demo-chain.json",
    "demo-traffic.json",
)

# An hour of a quiet demo, a quarter of an hour of a busy one: what `sge reconcile` can compare (sge/demo/audits.py).
_KEPT_BLOCKS = 3_600
# Old states on the disk: of the 3 600 that are usual it wrote gigabytes an hour. (With --prune-history there are none, and a
# node that ticks each second keeps 1 500 in memory for ever.) The demo takes no block back.
_KEPT_STATES = 128


@dataclass(frozen=True)
class Services:
    """Running servers."""

    postgres: Postgres
    redis: Redis
    anvil: Anvil

    def require_alive(self) -> None:
        """Raises ServerDied when one has ended by itself."""
        for server in (self.postgres, self.redis, self.anvil):
            server.require_alive()


def forget(options: DemoOptions) -> None:
    """Removes an earlier demo's data: nothing is left but fetched programs."""
    Postgres(options.folder / "postgres").remove()
    for name in _FORGOTTEN_FOLDERS:
        shutil.rmtree(options.folder / name, ignore_errors=True)
    for name in _FORGOTTEN_FILES:
        (options.folder / name).unlink(missing_ok=True)


@contextmanager
def running_services(options: DemoOptions) -> Iterator[Services]:
    """Starts PostgreSQL, Redis and anvil; stops them in the other order."""
    folder = options.folder
    with ExitStack() as servers:
        postgres = servers.enter_context(Postgres(folder / "postgres", port=options.postgres_port))
        redis = servers.enter_context(Redis(folder / "redis", port=options.redis_port))
        anvil = servers.enter_context(
            Anvil(
                folder / "anvil",
                port=options.rpc_port,
                keeps_blocks=_KEPT_BLOCKS,
                keeps_states=_KEPT_STATES,
            )
        )
        yield Services(postgres, redis, anvil)
