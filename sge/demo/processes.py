"""SGE's own processes as children of the demo: the API, the workers, the scheduler."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sge.demo.environment import process_environment
from sge.demo.options import DemoOptions
from sge.demo.people import people_path
from sge.embedded.child import Child, Launch
from sge.embedded.failures import ServerDied

# One that dies more often than this is not merely unlucky.
_RESTARTS = 5
_RESTARTS_WITHIN_SECONDS = 60.0
_PYTHON = [sys.executable, "-m"]


@dataclass
class Member:
    """One process, and when it had to be started again."""

    child: Child
    launch: Launch
    restarts: list[float] = field(default_factory=list)


class Crew:
    """The processes of one demo; who dies is started again, as a process manager would."""

    def __init__(self, options: DemoOptions, settings: dict[str, str]) -> None:
        self._settings = settings
        self._members = [self._member(options, "api", "api")]
        self._members += [
            self._member(options, "worker", f"worker-{number}")
            for number in range(1, options.workers + 1)
        ]
        self._members.append(self._member(options, "scheduler", "scheduler"))

    def start(self) -> None:
        """Starts all; an earlier run's left ones are ended first."""
        for member in self._members:
            member.child.stop_orphan()
            member.child.start(member.launch)

    def stop(self) -> None:
        """Asks all to stop, then waits for each."""
        for member in reversed(self._members):
            member.child.ask_to_stop()
        for member in reversed(self._members):
            member.child.stop()

    def look_after(self) -> list[str]:
        """Starts again who has died, and names them; ServerDied when one does not stay alive."""
        dead = [member for member in self._members if member.child.has_ended()]
        for member in dead:
            self._start_again(member)
        return [member.child.name for member in dead]

    def _start_again(self, member: Member) -> None:
        now = time.monotonic()
        member.restarts = [at for at in member.restarts if now - at < _RESTARTS_WITHIN_SECONDS] + [
            now
        ]
        if len(member.restarts) > _RESTARTS:
            raise ServerDied(
                member.child.name,
                f"died {len(member.restarts)} times in a minute",
                member.child.log,
            )
        member.child.start(member.launch)

    def _member(self, options: DemoOptions, command: str, name: str) -> Member:
        folder = options.folder / "processes" / name
        folder.mkdir(parents=True, exist_ok=True)
        line = _api_line(options) if command == "api" else [*_PYTHON, "sge.cli", command]
        launch = Launch(
            line, environment=process_environment(self._settings, command), folder=folder
        )
        return Member(Child(f"sge {name}", folder, signal.SIGTERM), launch)


def _api_line(options: DemoOptions) -> list[str]:
    """`sge api` with the route of the demo's wallets, which that command does not have."""
    return [*_PYTHON, "sge.demo.serve_api", str(people_path(options))]


@contextmanager
def running_crew(options: DemoOptions, settings: dict[str, str]) -> Iterator[Crew]:
    """Starts SGE's processes, and stops them."""
    crew = Crew(options, settings)
    try:
        crew.start()
        yield crew
    finally:
        crew.stop()
