"""npm on a machine without Node.js: the one that a Python package carries."""

import shutil
import subprocess
from pathlib import Path

import pytest

from sge.embedded.node import npm_environment


def test_the_packaged_npm_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for program in ("env", "sh"):
        found = shutil.which(program)
        assert found is not None
        (tmp_path / program).symlink_to(found)
    monkeypatch.setenv("PATH", str(tmp_path))

    environment = npm_environment()

    npm = shutil.which("npm", path=environment["PATH"])
    assert npm is not None
    done = subprocess.run([npm, "--version"], env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
