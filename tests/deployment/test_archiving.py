"""What the server runs for each finished part of its log: once is enough, again is right, and nothing is written over."""

import re
import subprocess
from pathlib import Path

from sge.embedded.project import PROJECT

_COMMAND = re.compile(r"^archive_command = '(.*)'$", re.MULTILINE)


def test_a_part_is_archived_once_and_lasts(tmp_path: Path) -> None:
    [command] = _COMMAND.findall((PROJECT / "deploy/postgres/postgresql.conf").read_text())
    archive, part = tmp_path / "archive", tmp_path / "0001"
    archive.mkdir()
    part.write_bytes(b"a part")

    def run(told: str) -> int:
        given = told.replace("/archive", str(archive)).replace("%p", str(part))
        shell = ["/bin/sh", "-c", given.replace("%f", part.name)]
        return subprocess.run(shell, check=False, capture_output=True).returncode

    # Also when the server died before it noted that: the folder that names it may not be on the disk yet.
    assert run(command) == 0
    assert run(command) == 0
    assert [one.name for one in archive.iterdir()] == [part.name]
    part.write_bytes(b"another")
    assert run(command) != 0
    assert (archive / part.name).read_bytes() == b"a part"
    # It is told as archived only once its name is as durable as what it holds.
    assert run(command.replace("sync /archive", "false /archive")) != 0
    part.write_bytes(b"a part")
    assert run(command.replace("sync /archive", "false /archive")) != 0
