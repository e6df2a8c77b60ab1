"""What a database looks like, as text: to compare two."""

import re
import subprocess

from sge.embedded.failures import EmbeddedFailure
from sge.embedded.postgres_binaries import postgres_binaries

# pg_dump guards its output with a random word.
_RANDOM = re.compile(r"^\\(un)?restrict .*$", re.MULTILINE)


def schema_of(dsn: str) -> str:
    """Every table, function, trigger, policy and grant of a database, as SQL."""
    command = [str(postgres_binaries(None) / "pg_dump"), "--schema-only", f"--dbname={dsn}"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise EmbeddedFailure(f"the schema cannot be read: {done.stderr.strip()}")
    return _RANDOM.sub("", done.stdout)
