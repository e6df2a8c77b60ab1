"""`make bench`: every benchmark starts by itself, without an argument."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from sge.embedded.project import PROJECT

_RESULTS = Path(PROJECT, "bench/RESULTS.md")
_LONGEST_SECONDS = 120
# Where the tests themselves run in the background, what they start would not hear of Ctrl-C.
_START = """
import runpy, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
del sys.argv[0]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""
BENCHES = sorted(
    file.stem for file in Path(PROJECT, "bench").glob("*.py") if "__main__" in file.read_text()
)


def test_every_benchmark_has_its_section() -> None:
    headings = " ".join(re.findall("^#.*$", _RESULTS.read_text(), re.MULTILINE))
    assert [name for name in BENCHES if f"bench/{name}.py" not in headings] == []


@pytest.mark.long
@pytest.mark.parametrize("name", BENCHES)
def test_a_benchmark_starts_with_its_defaults(name: str) -> None:
    """It is as `make bench` starts it, and is told to end when it has given its first line."""
    bench = subprocess.Popen(
        [sys.executable, "-c", _START, f"bench.{name}"],
        cwd=PROJECT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert bench.stdout is not None
    begun = psutil.Process(bench.pid)
    try:
        first = bench.stdout.readline()
        assert first
        assert not first.startswith(("usage:", "Traceback")), first + bench.stdout.read()
    finally:
        started = [*begun.children(recursive=True)]
        os.killpg(bench.pid, signal.SIGINT)
        bench.communicate(timeout=_LONGEST_SECONDS)
        _, left = psutil.wait_procs(started, timeout=_LONGEST_SECONDS / 4)
        for process in left:
            process.kill()
