"""SGE's own processes under measurement: workers and the scheduler, and the processor time of everybody."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

from bench.stand import Stand
from sge.embedded.child import Child, Launch
from sge.embedded.project import PROJECT


@dataclass(frozen=True)
class Crew:
    """Started processes by name."""

    children: dict[str, Child]

    def resident_bytes(self) -> dict[str, int]:
        """Resident memory of each process."""
        return {
            name: psutil.Process(child.pid).memory_info().rss
            for name, child in self.children.items()
        }


@contextmanager
def running_crew(stand: Stand, commands: dict[str, list[str]]) -> Iterator[Crew]:
    """Starts `sge <command>` under each name, and stops all of them."""
    children = {name: _child(stand, name) for name in commands}
    try:
        for name, command in commands.items():
            line = [sys.executable, "-m", "sge.cli", *command]
            children[name].start(Launch(line, environment=stand.environment, folder=PROJECT))
        yield Crew(children)
    finally:
        for child in children.values():
            child.ask_to_stop()
        for child in children.values():
            child.stop()


def _child(stand: Stand, name: str) -> Child:
    folder = stand.folder / "processes" / name
    folder.mkdir(parents=True, exist_ok=True)
    return Child(f"sge {name}", folder, signal.SIGTERM)


def cpu_seconds(stand: Stand, crew: Crew) -> dict[str, float]:
    """User and system time so far, by process; PostgreSQL's is of the server with all its backends."""
    services = stand.services
    spent = {name: _own(psutil.Process(child.pid)) for name, child in crew.children.items()}
    spent["PostgreSQL"] = _family(psutil.Process(services.postgres.pid))
    spent["anvil"] = _own(psutil.Process(services.anvil.pid))
    spent["Redis"] = _own(psutil.Process(services.redis.pid))
    return spent


def _own(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _family(process: psutil.Process) -> float:
    """Backends that ended are in their parent's count of children."""
    times = process.cpu_times()
    total = _own(process) + float(times.children_user + times.children_system)
    for child in process.children(recursive=True):
        try:
            total += _own(child)
        except psutil.NoSuchProcess:
            continue
    return total
