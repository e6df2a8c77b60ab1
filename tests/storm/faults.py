"""What happens to a deployment: each part ends once, some with a word, some without, and comes back."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sge.embedded.anvil import Anvil
from sge.embedded.server import Server
from tests.storm.town import Town

# SIGQUIT ends a PostgreSQL as a crash does. nginx's own children would go on listening; anvil writes its chain down when
# it is asked to end, and only then.
_ENDS_BY = {
    "PostgreSQL": signal.SIGQUIT,
    "PostgreSQL (replica)": signal.SIGQUIT,
    "nginx": signal.SIGTERM,
    "anvil": signal.SIGTERM,
}


@dataclass(frozen=True)
class Fault:
    """name: of the part, and how it ends. end, start: return when it is gone, or runs again."""

    name: str
    end: Callable[[], object]
    start: Callable[[], object]


def faults(town: Town) -> list[Fault]:
    """Our processes by SIGKILL and SIGTERM in turn, then the servers."""
    found = []
    for number, (name, process) in enumerate(town.processes.items()):
        how = (signal.SIGKILL, signal.SIGTERM)[number % 2]
        found.append(Fault(f"{name} by {how.name}", partial(process.end, how), process.start))
    servers: tuple[Server, ...] = (
        town.nginx,
        town.pooler,
        town.services.redis,
        town.standby,
        town.services.postgres,
        town.services.anvil,
    )
    for server in servers:
        how = _ENDS_BY.get(server.name, signal.SIGKILL)
        found.append(
            Fault(f"{server.name} by {how.name}", partial(_end, server, how), server.start)
        )
    return found


def _end(server: Server, how: signal.Signals) -> None:
    if not isinstance(server, Anvil):
        os.kill(server.pid, how)
    server.stop()
