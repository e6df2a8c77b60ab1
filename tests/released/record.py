"""Writes down what a released program says to the database: `python -m tests.released.record COMMIT`.

Its modules are imported from that commit, and every text of SQL that they hold is put before each login role on that
release's own tables: parameters, columns of the answer, and which roles may execute it.
"""

import asyncio
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import asyncpg

from sge.embedded.postgres import Postgres
from sge.embedded.project import PROJECT
from sge.migrations import upgrade
from sge.schema_fingerprint import revisions
from tests.released.statements import ROLES, look_on

FILE = Path(__file__).parent / "statements.json"
_COLLECT = """
import importlib, json, pkgutil, re, app.store
found = {}
for module in pkgutil.walk_packages(app.store.__path__, "app.store."):
    for name, value in vars(importlib.import_module(module.name)).items():
        if isinstance(value, str) and re.match(r"\\s*(SELECT|INSERT|UPDATE|DELETE|WITH|LOCK)\\b", value):
            found.setdefault(value.strip(), f"{module.name}.{name}")
print(json.dumps({where: text for text, where in found.items()}))
"""


def statements_of(commit: str) -> dict[str, str]:
    """Each statement by where it is."""
    archive = subprocess.run(
        ["git", "archive", commit, "app"], cwd=PROJECT, check=True, capture_output=True
    ).stdout
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(folder, filter="data")
        done = subprocess.run(
            [sys.executable, "-c", _COLLECT], cwd=folder, check=True, capture_output=True, text=True
        )
    found: dict[str, str] = json.loads(done.stdout)
    return found


async def recorded(dsns: dict[str, str], statements: dict[str, str]) -> dict[str, Any]:
    """What each statement is on these tables, and which roles may execute it."""
    roles = {role: await asyncpg.connect(dsn) for role, dsn in dsns.items()}
    kept = {}
    for where, text in sorted(statements.items()):
        seen = {role: await look_on(connection, text) for role, connection in roles.items()}
        right = {role: one for role, one in seen.items() if not isinstance(one, str)}
        if right:
            parameters, columns = next(iter(right.values()))
            kept[where] = {
                "text": text,
                "roles": sorted(right),
                "parameters": parameters,
                "columns": columns,
            }
    for connection in roles.values():
        await connection.close()
    return kept


def main(commit: str) -> None:
    """Writes the file."""
    with tempfile.TemporaryDirectory() as folder, Postgres(Path(folder) / "p", durable=False) as at:
        upgrade(at.dsn(), revisions()[0])
        dsns = {role: at.dsn(role) for role in ROLES}
        kept = asyncio.run(recorded(dsns, statements_of(commit)))
    told = {"commit": commit, "statements": kept}
    FILE.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
