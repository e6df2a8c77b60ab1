"""Every log line is one JSON object with the same keys, whoever writes it."""

import json
import logging
import subprocess
import sys
from typing import Any

from sge.embedded.project import PROJECT

PROGRAM = """
import logging, structlog
from app.observability import configure_logging
configure_logging()
structlog.get_logger().info("ours")
logging.getLogger("uvicorn.error").warning("theirs")
"""

# As asyncpg's pool tells of each try to connect again, and anybody of a fault.
THEIR_FAULTS = """
import logging
from app.observability import configure_logging
configure_logging()
try:
    raise ConnectionError("not there")
except ConnectionError:
    logging.getLogger("asyncpg.pool").warning("retrying", exc_info=True)
    logging.getLogger("anybody").exception("failed")
"""


# As `sge operator create` starts, without the command's own work.
COMMAND = """
import structlog, typer
from sge.cli import command_line
from sge.commands import operator

@operator.operator.command()
def fail():
    secret = "locals-are-" + "nobodys-business"
    deep = secret
    for _ in range(200):
        deep = [deep] * 3
    try:
        raise ValueError("this is told")
    except ValueError:
        structlog.get_logger().exception("failed")

command_line(["operator"])(["operator", "fail"])
"""
ODD = """
import structlog
from app.observability import configure_logging

class Silent:
    def __repr__(self):
        raise RuntimeError("never")

configure_logging()
log, deep = structlog.get_logger(), 1
for _ in range(100_000):
    deep = [deep]
for odd in ("half \\ud83d", 2**70, deep, Silent(), {(1, 2): 3}):
    log.info("told", odd=odd)
try:
    raise ValueError("half \\ud83d")
except ValueError:
    log.exception("told")
"""


# As commands that run one after the other in one process.
ONE_AFTER_THE_OTHER = """
import io, logging, sys
from app.observability import configure_logging
import structlog
own, sys.stderr = sys.stderr, io.StringIO()
configure_logging()
log = structlog.get_logger()
log.info("one")
sys.stderr.close()
sys.stderr = own
log.info("two")
logging.getLogger("theirs").warning("three")
"""


def told(program: str) -> list[dict[str, Any]]:
    """The log lines of a program that prints nothing else."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_traces_of_commands_are_json_lines_without_local_variables() -> None:
    [line] = told(COMMAND)
    assert "this is told" in line["exception"]
    assert "locals-are-nobodys-business" not in str(line)


def test_a_library_says_where_only_for_errors() -> None:
    warned, failed = told(THEIR_FAULTS)
    assert warned["exception"] == "ConnectionError: not there"
    assert 'File "<string>"' in failed["exception"]
    assert failed["exception"].endswith("ConnectionError: not there")


def test_what_json_cannot_hold_is_told_all_the_same() -> None:
    assert [line["event"] for line in told(ODD)] == ["told"] * 6


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


def test_lines_go_where_standard_error_is_when_they_are_written() -> None:
    assert [line["event"] for line in told(ONE_AFTER_THE_OTHER)] == ["two", "three"]
