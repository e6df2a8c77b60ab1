"""The image holds the runtime lock and nothing else: every command loads with those packages alone."""

import re
import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest
from packaging.utils import canonicalize_name

from sge.cli import COMMANDS
from sge.embedded.project import PROJECT

_LOAD = """
import sys
for name in sys.argv[1].split(","):
    sys.modules[name] = None
from sge.cli import command_line
command_line()
"""


def locked(file: str) -> set[str]:
    text = (PROJECT / "requirements" / file).read_text(encoding="utf-8")
    return {canonicalize_name(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}


def modules_of_tests_only() -> list[str]:
    """What is installed here and not there."""
    extra = locked("dev.txt") - locked("runtime.txt")
    return [
        module
        for module, owners in packages_distributions().items()
        if module.isidentifier() and {canonicalize_name(owner) for owner in owners} <= extra
    ]


@pytest.mark.long
def test_every_command_loads_without_what_only_tests_need() -> None:
    hidden = modules_of_tests_only()
    assert {"pytest", "hypothesis", "yaml"} <= set(hidden)
    assert len(COMMANDS) > 10
    done = subprocess.run(
        [sys.executable, "-c", _LOAD, ",".join(hidden)],
        check=False,
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
