"""What must not be in the repository: download addresses, unfinished work, files without end."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from sge.embedded.project import PROJECT

# A file has one idea. Generated and foreign texts are not ours to split.
FEW_ABOVE_LINES = 250
FEW = 0.03
LONGEST_LINES = 320
MEDIAN_LINES = 110
# A ratchet: these may only shrink, and leave the list once they are short enough.
STILL_LONG: dict[str, int] = {}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|\bfor now\b|NotImplementedError")


def tracked(*patterns: str) -> list[Path]:
    """Files that git knows or would add; outside a checkout the test has nothing to say."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    done = subprocess.run(command, cwd=PROJECT, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip("not a git checkout")
    return [PROJECT / name for name in done.stdout.splitlines() if (PROJECT / name).is_file()]


def test_locks_name_hashes_and_no_download_addresses() -> None:
    for lock in tracked("*package-lock.json"):
        packages = json.loads(lock.read_text())["packages"]
        foreign = {name: package for name, package in packages.items() if name}
        assert [name for name, package in foreign.items() if "resolved" in package] == []
        assert [name for name, package in foreign.items() if "integrity" not in package] == []
    for lock in tracked("requirements/*.txt"):
        text = lock.read_text()
        assert "://" not in text, f"{lock.name} names a download address"
        pinned = re.findall(r"^[a-zA-Z0-9][^ ]*==", text, re.MULTILINE)
        hashed = re.findall(r"==[^\n]* \\\n    --hash=sha256:", text)
        assert len(pinned) == len(hashed), f"{lock.name} has a package without a hash"


def test_no_work_is_left_unfinished() -> None:
    marked = [
        f"{file.relative_to(PROJECT)}:{number}"
        for file in tracked("*.py", "*.sql", "*.ts", "*.tsx", "*.sol", "Makefile", ".ci/*")
        if file != Path(__file__)
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert marked == []


def test_files_stay_small() -> None:
    lengths = {file: len(file.read_text().splitlines()) for file in tracked("*.py")}
    own = {file: length for file, length in lengths.items() if file.name != "__init__.py"}
    above = {str(f.relative_to(PROJECT)): n for f, n in own.items() if n > FEW_ABOVE_LINES}
    longest = {name: n for name, n in above.items() if n > LONGEST_LINES}
    assert longest.keys() == STILL_LONG.keys()
    assert {name: n for name, n in longest.items() if n > STILL_LONG[name]} == {}
    assert len(above) <= FEW * len(own), above
    assert sorted(own.values())[len(own) // 2] <= MEDIAN_LINES
