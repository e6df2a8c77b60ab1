"""The seeded database that a benchmark reads: a folder that was given, or a small one of its own."""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.settings import Settings
from sge.embedded.postgres import Postgres

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


def api_settings(postgres: Postgres, redis_url: str) -> Settings:
    """Of a process that answers from the seeded database; its chain is nowhere."""
    nowhere = "0x" + "1" * 40
    chain = {
        "chain_id": 31337,
        "name": "none",
        "rpc_urls": ["http://127.0.0.1:9"],
        "tokens": [
            {"code": "USDC", "address": nowhere, "decimals": 6, "name": "USD Coin", "version": "2"}
        ],
        "gateway": nowhere,
        "identity": nowhere,
        "multisend": nowhere,
    }
    return Settings.model_validate(
        {
            "database_api_url": postgres.dsn("sge_api"),
            "database_feed_url": postgres.dsn("sge_feed"),
            "redis_url": redis_url,
            "rate_limits": "off",
            "secret_key": "a secret of the benchmark, long enough for anybody",
            "encryption_key": "another secret of the benchmark, as long as it has to be",
            "chains": [chain],
        }
    )
