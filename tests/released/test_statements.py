"""Every statement of the release before this one means the same on the newest tables, for each role that says it."""

import json
from pathlib import Path

import asyncpg
import pytest

from tests.fixtures.databases import Database
from tests.released.statements import ROLES, look_on

RECORD = json.loads((Path(__file__).parent / "statements.json").read_text(encoding="utf-8"))
STATEMENTS = RECORD["statements"]


def test_the_record_is_of_the_release() -> None:
    assert RECORD["commit"] == "86db4f7"
    assert len(STATEMENTS) > 300
    said_by = {role for each in STATEMENTS.values() for role in each["roles"]}
    assert said_by == set(ROLES)


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_can_still_say_all_of_it(module_database: Database, role: str) -> None:
    connection = await asyncpg.connect(module_database.dsn(role))
    changed = {}
    for where, each in STATEMENTS.items():
        if role in each["roles"]:
            found = await look_on(connection, each["text"])
            if found != [each["parameters"], each["columns"]]:
                changed[where] = found
    await connection.close()
    assert changed == {}


async def test_what_was_taken_away_would_be_seen(database: Database) -> None:
    owner = await asyncpg.connect(database.dsn())
    await owner.execute("REVOKE SELECT ON program FROM sge_worker")
    await owner.execute("ALTER TABLE lane RENAME COLUMN status TO state")
    await owner.close()
    worker = await asyncpg.connect(database.dsn("sge_worker"))
    failing = [
        where
        for where, each in STATEMENTS.items()
        if "sge_worker" in each["roles"] and isinstance(await look_on(worker, each["text"]), str)
    ]
    await worker.close()
    assert len(failing) > 10
