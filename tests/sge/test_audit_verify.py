"""`sge audit verify`: what a superuser does to an audit log is found in the database, and in an export without it."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from app.domain.clock import real_clock
from app.domain.exports import ExportKind, ExportOrder
from app.services.audit import AuditEntry, write_audit
from app.store.database import Database as Pool
from schema.transport.export_audit import lines_of
from sge.cli import command_line
from tests.fixtures.databases import Database
from tests.sge.environment import complete_environment
from tests.storage.following import seal
from tests.storage.seeds import add_program

ROWS = 7
SLUG = "audited"


class Log:
    """A program's audit log, and a superuser whom nothing stops."""

    def __init__(self, database: Database, program: int, superuser: asyncpg.Connection) -> None:
        self.database, self.program, self.superuser = database, program, superuser

    async def write(self, count: int) -> None:
        """Rows as services write them, a minute and more ago."""
        pool = await Pool.connect(self.database.dsn("sge_worker"), maximum=1)
        for number in range(count):
            async with pool.write(self.program) as unit:
                entry = AuditEntry(
                    actor="api_key:sge_test",
                    action="program.updated",
                    target_id=None,
                    at=real_clock() - timedelta(minutes=2),
                    before={"name": f"é \u2028 \x7f 😀 {number}", "deep": [[{"n": 10**30}]]},
                    after={"name": 'a "quoted" \\ text'},
                    reason="why\nnot",
                )
                await write_audit(unit, entry)
        await pool.close()

    async def seal(self) -> None:
        pool = await Pool.connect(self.database.dsn("sge_worker"), maximum=1)
        await seal(pool, real_clock)
        await pool.close()

    async def export(self, file: Path, **filter_: Any) -> Path:
        """As the web process writes it, with its rights."""
        pool = await Pool.connect(self.database.dsn("sge_api"), maximum=1)
        async with pool.read(self.program) as session:
            order = ExportOrder(self.program, ExportKind.AUDIT, filter_)
            content = b"".join([part async for part in lines_of(session, order)])
        await pool.close()
        _store(file, content)
        return file


def _store(file: Path, content: bytes) -> None:
    file.write_bytes(content)


@pytest.fixture
async def log(database: Database) -> AsyncIterator[Log]:
    owner = await asyncpg.connect(database.dsn())
    program = await add_program(owner, SLUG)
    await owner.close()
    superuser = await asyncpg.connect(database.superuser_dsn)
    for table in ("audit", "seal"):
        await superuser.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    log = Log(database, program.id, superuser)
    await log.write(ROWS)
    await log.seal()
    yield log
    await superuser.close()


async def offline(file: Path, *options: str) -> Result:
    return await _sge(["verify", str(file), *options], {})


async def online(log: Log) -> Result:
    environment = complete_environment(log.database, "redis://127.0.0.1:1")
    kept = {"SGE_DATABASE_WORKER_URL": environment["SGE_DATABASE_WORKER_URL"]}
    return await _sge(["verify", "--program", SLUG], kept)


async def _sge(arguments: list[str], environment: dict[str, str]) -> Result:
    """In a thread: the command has an event loop of its own."""
    run = CliRunner().invoke
    return await asyncio.to_thread(
        run, command_line(["audit"]), ["audit", *arguments], env=environment
    )


async def test_a_true_log_is_proven_with_and_without_the_database(log: Log, tmp_path: Path) -> None:
    await log.write(2)
    file = await log.export(tmp_path / "audit.jsonl")
    done = await offline(file)
    assert done.exit_code == 0, done.output
    assert f"{ROWS} rows of prg_" in done.stdout
    assert "2 rows were not sealed yet" in done.stdout
    await log.seal()
    checked = await online(log)
    assert checked.exit_code == 0, checked.output
    assert f"{ROWS + 2} rows follow each other" in checked.stdout
    head = checked.stdout.split()[-1]
    newest = await log.export(tmp_path / "newest.jsonl")
    done = await offline(newest, "--head", head, "--rows", str(ROWS + 2))
    assert done.exit_code == 0, done.output
    assert done.stdout.endswith(f"the head that you gave is row {ROWS + 2}\nhead {head}\n")
    old = await offline(file, "--head", head)
    assert old.exit_code == 1
    assert "the head that you gave is not in this chain" in old.stdout


async def test_a_stretch_follows_the_one_before(log: Log, tmp_path: Path) -> None:
    first = await log.export(tmp_path / "first.jsonl", rows=3)
    head = (await offline(first)).stdout.split()[-1]
    second = await log.export(tmp_path / "second.jsonl", after=3)
    done = await offline(second, "--head", head)
    assert done.exit_code == 0, done.output
    assert f"before them: row 3, {head}" in done.stdout
    assert "the head that you gave is row 3" in done.stdout


async def test_what_is_in_the_file_is_what_was_written(log: Log, tmp_path: Path) -> None:
    file = await log.export(tmp_path / "audit.jsonl")
    lines = [json.loads(line) for line in file.read_text().split("\n")[1:-2]]
    said = [json.loads(line["content"]) for line in lines]
    assert [one["before"]["name"] for one in said] == [
        f"é \u2028 \x7f 😀 {number}" for number in range(ROWS)
    ]
    assert said[0]["before"]["deep"] == [[{"n": 10**30}]]
    assert said[0]["after"]["name"] == 'a "quoted" \\ text'


_ID = "(SELECT through::uuid FROM seal WHERE stream = 'AUDIT' AND n = {})"
BENT = {
    "a reason": (f"UPDATE audit SET reason = 'x' WHERE id = {_ID.format(3)}", ["row 3: it was"]),
    "an actor": (f"UPDATE audit SET actor = 'x' WHERE id = {_ID.format(7)}", ["row 7: it was"]),
    "an instant": (
        f"UPDATE audit SET at = at + interval '1 microsecond' WHERE id = {_ID.format(1)}",
        ["row 1: it was changed"],
    ),
    "before": (f"UPDATE audit SET before = NULL WHERE id = {_ID.format(2)}", ["row 2: it was"]),
    "a row gone": (f"DELETE FROM audit WHERE id = {_ID.format(4)}", ["row 4: what was sealed"]),
    "two rows swapped": (
        (
            "UPDATE seal SET through = CASE n WHEN 2 THEN o.through ELSE seal.through END"
            " FROM (SELECT through FROM seal WHERE stream = 'AUDIT' AND n = 5) o"
            " WHERE stream = 'AUDIT' AND n = 2"
        ),
        ["row 2: it was changed"],
    ),
    "a row gone with its seal": (
        (
            f"WITH gone AS (DELETE FROM audit WHERE id = {_ID.format(4)})"
            " DELETE FROM seal WHERE stream = 'AUDIT' AND n = 4"
        ),
        ["row 4 is missing before row 5"],
    ),
    "renumbered": (
        "UPDATE seal SET n = n + 100 WHERE stream = 'AUDIT' AND n = 6",
        ["row 6 is missing before row 7", "row 106: it was changed", "rows 8 to 105 are missing"],
    ),
}


@pytest.mark.parametrize("what", BENT)
async def test_what_a_superuser_bends_is_found(what: str, log: Log, tmp_path: Path) -> None:
    statement, words = BENT[what]
    if what == "two rows swapped":
        await log.superuser.execute(
            "ALTER TABLE seal DROP CONSTRAINT seal_program_id_stream_through_key"
        )
    await log.superuser.execute(statement)
    done = await offline(await log.export(tmp_path / "audit.jsonl"))
    assert done.exit_code == 1, done.output
    for expected in words:
        assert expected in done.stdout
    checked = await online(log)
    assert checked.exit_code == 1, checked.output
    assert "faults: " in checked.stdout
    if len(words) == 1:
        assert "faults: 1 in" in done.stdout
        assert what == "two rows swapped" or "faults: 1 in" in checked.stdout


async def test_a_row_put_in_without_a_seal_is_found(log: Log) -> None:
    await log.superuser.execute(
        "INSERT INTO audit (program_id, id, at, actor, action)"
        " SELECT program_id, gen_random_uuid(), at, actor, action FROM audit LIMIT 1"
    )
    checked = await online(log)
    assert checked.exit_code == 1
    assert "no seal covers this row" in checked.stdout


async def test_an_end_that_was_cut_off_needs_the_head(log: Log, tmp_path: Path) -> None:
    whole = (await offline(await log.export(tmp_path / "whole.jsonl"))).stdout.split()[-1]
    await log.superuser.execute(
        f"WITH gone AS (DELETE FROM audit WHERE id = {_ID.format(ROWS)})"
        f" DELETE FROM seal WHERE stream = 'AUDIT' AND n = {ROWS}"
    )
    cut = await log.export(tmp_path / "cut.jsonl")
    assert (await offline(cut)).exit_code == 0
    assert (await offline(cut, "--head", whole)).exit_code == 1
    assert (await offline(cut, "--rows", str(ROWS))).exit_code == 1


Write = Callable[[Path], object]
UNREADABLE: dict[str, Write] = {
    "empty": lambda file: file.write_bytes(b""),
    "binary": lambda file: file.write_bytes(os.urandom(4096)),
    "another export": lambda file: file.write_text('{"format": "sge.payout-batch", "version": 1}'),
    "one endless line": lambda file: file.write_bytes(b"[" * (17 * 1024 * 1024)),
}


@pytest.mark.parametrize("what", UNREADABLE)
async def test_what_is_no_export_is_said_so(what: str, tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    UNREADABLE[what](file)
    done = await offline(file)
    assert done.exit_code == 2, done.output
    assert "is no export of an audit log" in done.stderr


async def test_wrong_options_are_explained(tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    file.write_text("")
    for arguments in ([], [str(file), "--platform"], [str(file), "--head", "0x12"]):
        assert (await _sge(["verify", *arguments], {})).exit_code == 2
    assert (await _sge(["verify", "--platform", "--rows", "1"], {})).exit_code == 2
