"""The seeded database that a benchmark reads: a folder that was given, or a small one of its own."""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Enough that every question has an answer, and made in well under a minute.
_SMALL = {"--users": "1000", "--affiliates": "1000", "--intents": "5000", "--neighbours": "1"}


def seeded_options(parser: argparse.ArgumentParser) -> None:
    """Which database, and which program of it; by default a small one that is made for this run."""
    parser.add_argument("folder", type=Path, nargs="?", help="of `sge bench seed --embedded`")
    parser.add_argument("--slug", default="seed-1", help="of the program that is looked at")


@contextmanager
def seeded_folder(given: Path | None) -> Iterator[Path]:
    """The given folder; without one, a temporary folder that is seeded first."""
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="sge-bench-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        sizes = [word for option in _SMALL.items() for word in option]
        seed = ["-m", "sge.cli", "bench", "seed", *sizes, "--embedded", name]
        subprocess.run([sys.executable, *seed], check=True)
        yield folder
