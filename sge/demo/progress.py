"""What the terminal shows: each step of starting, where to click, and a live line."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console

from sge.demo.options import DemoOptions
from sge.demo.services import Services


class Progress:
    """Writes to the terminal; plain lines where there is none."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.console = Console(quiet=quiet)
        self.started = time.monotonic()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Shows that a step runs, then how long it took."""
        begun = time.monotonic()
        if self.console.is_terminal:
            # No animation: its thread would be forked along with the servers that start meanwhile.
            self.console.print(f"· {name} …", end="\r")
        yield
        seconds = time.monotonic() - begun
        self.console.print(f"[green]✓[/] {name} [dim]{seconds:.1f} s[/]", highlight=False)

    def say(self, line: str) -> None:
        """One line for a person."""
        self.console.print(line, highlight=False, soft_wrap=True)

    def ready(self, options: DemoOptions, services: Services, description: dict[str, Any]) -> None:
        """Says where everything is."""
        seconds = time.monotonic() - self.started
        self.console.print(f"\n[bold green]SGE is running[/] [dim](after {seconds:.1f} s)[/]\n")
        for name, value in self._rows(options, services, description):
            self.console.print(f"[bold]{name:<18}[/] {value}", soft_wrap=True, highlight=False)
        self.console.print("\nCtrl-C stops everything; the data stays.\n")

    def _rows(
        self, options: DemoOptions, services: Services, description: dict[str, Any]
    ) -> list[tuple[str, str]]:
        page = [
            (
                "page",
                f"{description['dashboard']}  (choose there whom to sign in as, or use an apiKey)",
            )
        ]
        programs = [
            (f"program {program['slug']}", f"apiKey {program['apiKey']}")
            for program in description["programs"]
        ]
        return [
            *(page if options.page else []),
            ("GraphQL", description["graphql"]),
            ("metrics", description["metrics"]),
            *programs,
            ("everything", f"{options.folder / 'demo.json'}  (keys, wallets, addresses)"),
            ("settings", f"{options.folder / 'demo.env'}  (passwords; for processes by hand)"),
            ("logs", f"{options.folder / 'processes'}/*/server.log"),
            ("PostgreSQL", f"127.0.0.1:{services.postgres.port}"),
            ("Redis", f"127.0.0.1:{services.redis.port}"),
            ("chain", services.anvil.url),
        ]
