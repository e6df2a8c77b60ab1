"""The release before, as it was: its own tests of store, services and chain work, on the tables of today.

Where this checkout's history does not reach back to that commit there is nothing to run; what the release says to the database
is recorded beside this file and compared everywhere (test_statements.py).
"""

import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from sge.embedded.project import PROJECT

RECORD = json.loads((Path(__file__).parent / "statements.json").read_text(encoding="utf-8"))
# A test file of each kind of work: postings, the feed, what is asked for, settling, and workers as processes.
ITS_TESTS = (
    "tests/storage/test_outbox.py",
    "tests/services/test_programs.py",
    "tests/services/test_intents.py",
    "tests/processes/test_settle.py",
)
WITNESS = "tests/storage/test_new_tables.py"
_WITNESS = """
import asyncpg

async def test_these_are_the_new_tables(database):
    owner = await asyncpg.connect(database.dsn())
    assert await owner.fetchval("SELECT revision FROM sge_release()")
    await owner.close()

def test_this_is_the_old_program():
    import app.store.schema_note
    assert not hasattr(app.store.schema_note, "NEWEST")
"""
TEMPLATE = "tests/fixtures/template.py"


def checked_out(folder: Path) -> Path:
    """The release's files, whose test databases are made by today's migrations."""
    done = subprocess.run(
        ["git", "archive", RECORD["commit"]], cwd=PROJECT, check=False, capture_output=True
    )
    if done.returncode != 0:
        pytest.skip(f"this checkout's history does not reach back to {RECORD['commit']}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        tar.extractall(folder, filter="data")
    template = (folder / TEMPLATE).read_text()
    assert "cwd=PROJECT" in template
    (folder / TEMPLATE).write_text(template.replace("cwd=PROJECT", f"cwd={str(PROJECT)!r}"))
    (folder / WITNESS).write_text(_WITNESS)
    return folder


@pytest.mark.long
def test_its_own_tests_pass_on_the_newest_tables(tmp_path: Path) -> None:
    folder = checked_out(tmp_path)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:xdist",
            "-m",
            "not long",
            WITNESS,
            *ITS_TESTS,
        ],
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "SGE_REQUIRE_ALL": ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout
