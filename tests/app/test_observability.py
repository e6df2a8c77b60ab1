"""Every log line is one JSON object with the same keys, whoever writes it."""

import json
import logging
import subprocess
import sys

from sge.embedded.project import PROJECT

PROGRAM = """
import logging, structlog
from app.observability import configure_logging
configure_logging()
structlog.get_logger().info("ours")
logging.getLogger("uvicorn.error").warning("theirs")
"""


def test_the_standard_librarys_lines_have_a_timestamp_too() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], check=True, cwd=PROJECT, capture_output=True, text=True
    )
    ours, theirs = (json.loads(line) for line in done.stderr.splitlines())
    assert theirs["event"] == "theirs"
    assert theirs["level"] == logging.getLevelName(logging.WARNING).lower()
    assert theirs["timestamp"][:13] == ours["timestamp"][:13]
    assert theirs["timestamp"].endswith("Z")
    assert ours["timestamp"].endswith("Z")
