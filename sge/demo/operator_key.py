"""The platform's first API key, made by the command that a production operator uses."""

import subprocess
import sys
import tempfile

from sge.embedded.failures import EmbeddedFailure


def create_operator_key(environment: dict[str, str]) -> str:
    """Runs `sge operator create`, which prints the key and nothing else."""
    done = subprocess.run(
        [sys.executable, "-m", "sge.cli", "operator", "create", "demo"],
        check=False,
        cwd=tempfile.gettempdir(),
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise EmbeddedFailure(f"`sge operator create` failed:\n{done.stderr.strip()}")
    return done.stdout.strip()
