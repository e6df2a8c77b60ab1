"""The deployment's secrets, as its own script makes them."""

import os
import subprocess
from pathlib import Path

from sge.embedded.project import PROJECT

SCRIPT = PROJECT / "deploy" / "compose" / "make-secrets"


def make_secrets(folder: Path, chains: str = "[]") -> Path:
    """The folder, with everything in it that docker-compose.yml mounts."""
    subprocess.run(
        [str(SCRIPT)],
        check=True,
        env={**os.environ, "SGE_SECRETS_FOLDER": str(folder), "SGE_CHAINS": chains},
        capture_output=True,
    )
    return folder
