"""Backups of a real server, taken while it works, restored and checked."""

import asyncio
import os
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner

from app.domain.clock import real_clock
from sge.backups.note import read_backup
from sge.backups.programs import Programs, postgres_programs
from sge.backups.restore import RestorePoint, prepare
from sge.backups.take import take_backup, without_password
from sge.cli import command_line
from sge.embedded.postgres import Postgres
from sge.embedded.postgres_address import DATABASE
from sge.failures import CannotStart
from sge.migrations import upgrade
from tests.fixtures.folders import server_folder_for_a_while

PASSING = "SELECT count(*) FROM worker_heartbeat"
BEAT = "INSERT INTO worker_heartbeat VALUES ($1, '{}', 'IDLE', NULL, now())"


@dataclass(frozen=True)
class Kept:
    """A server whose log is archived, and where its backups are."""

    server: Postgres
    backups: Path
    archive: Path
    programs: Programs

    @property
    def url(self) -> str:
        return self.server.dsn("sge_backup")

    def run(self, query: str, *args: object) -> object:
        async def run() -> object:
            connection = await asyncpg.connect(self.server.dsn("sge_worker"))
            try:
                return await connection.fetchval(query, *args)
            finally:
                await connection.close()

        return asyncio.run(run())


@pytest.fixture(scope="module")
def kept() -> Iterator[Kept]:
    with server_folder_for_a_while() as folder:
        archive, backups = folder / "archive", folder / "backups"
        archive.mkdir()
        archive.chmod(0o777)  # the server may run as somebody else
        backups.mkdir()
        with Postgres(folder / "postgres", durable=False, archive=archive) as server:
            upgrade(server.dsn())
            yield Kept(server, backups, archive, postgres_programs(None))


@pytest.fixture(scope="module")
def runner(kept: Kept) -> Iterator[CliRunner]:
    with pytest.MonkeyPatch.context() as changed:
        for name in [name for name in os.environ if name.startswith("SGE_")]:
            changed.delenv(name)
        changed.setenv("SGE_DATABASE_BACKUP_URL", kept.url)
        yield CliRunner()


def command(runner: CliRunner, *words: str | Path) -> tuple[int, str]:
    done = runner.invoke(command_line([str(words[0])]), [str(word) for word in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def told(_line: str) -> None:
    """A test listens to nobody."""


@pytest.fixture(scope="module")
def taken(kept: Kept, runner: CliRunner) -> str:
    """What `sge backup` says of the first one, which has one heartbeat in it."""
    kept.run(BEAT, "before the backup")
    code, said = command(runner, "backup", kept.backups)
    assert code == 0
    return said


def test_a_backup_is_verified_and_says_what_it_is(kept: Kept, taken: str) -> None:
    backup = read_backup(kept.backups)
    assert "verified" in taken
    assert backup.note.timeline == 1
    assert backup.note.database == DATABASE
    assert backup.note.begun_at <= backup.note.finished_at <= real_clock()
    assert [one.name for one in kept.backups.iterdir()] == [backup.folder.name]
    assert kept.run("SHOW data_checksums") == "on"


@pytest.mark.usefixtures("taken")
def test_a_drill_restores_checks_and_leaves_nothing(
    kept: Kept, runner: CliRunner, tmp_path: Path
) -> None:
    tmp_path.chmod(0o755)
    with server_folder_for_a_while() as scratch:
        code, said = command(runner, "drill", kept.backups, "--scratch", scratch)
        assert list(scratch.iterdir()) == []
    assert code == 0, said
    assert "recovery point: " in said
    assert "recovery time: " in said
    assert "0 faults" in said


@pytest.mark.long
@pytest.mark.usefixtures("taken")
def test_it_is_restored_to_the_end_of_the_log_or_to_a_point_in_time(
    kept: Kept, runner: CliRunner
) -> None:
    kept.run(BEAT, "after the backup")
    middle = kept.run("SELECT clock_timestamp()")
    assert isinstance(middle, datetime)
    kept.run(BEAT, "too late")
    kept.server.run_sql("SELECT pg_switch_wal(); CHECKPOINT;")
    wait_for_archive(kept)
    until = middle.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    for number, (options, beats) in enumerate(
        (
            ([], {"before the backup"}),
            (["--archive", kept.archive], {"before the backup", "after the backup", "too late"}),
            (
                ["--archive", kept.archive, "--until", until],
                {"before the backup", "after the backup"},
            ),
        )
    ):
        with server_folder_for_a_while() as folder:
            code, said = command(runner, "restore", kept.backups, folder / f"{number}", *options)
            assert code == 0, said
            assert "timeline 2" in said
            assert "sge recover" in said
            assert found_in(folder, folder / f"{number}") == beats


def found_in(folder: Path, data: Path) -> set[str]:
    """The heartbeats of a restored folder, on a server that is started on it as an operator would."""
    own = folder / "postgres"
    own.mkdir()
    with server_over(own, data) as server:
        rows = server.run_sql("SELECT name FROM worker_heartbeat", DATABASE)
        assert server.run_sql("SELECT sge_is_own_server()", DATABASE).strip() == "f"
    return set(rows.splitlines())


def server_over(own: Path, data: Path) -> Postgres:
    data.rename(own / "data")
    return Postgres(own, durable=False)


def wait_for_archive(kept: Kept) -> None:
    newest = kept.server.run_sql(
        "SELECT pg_walfile_name(pg_current_wal_lsn() - 16777216::numeric)"
    ).strip()
    for _ in range(200):
        if (kept.archive / newest).exists():
            return
        kept.server.run_sql("SELECT pg_sleep(0.05)")
    raise AssertionError(f"{newest} was not archived")


@pytest.mark.usefixtures("taken")
def test_nothing_is_written_over(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "somebody's").touch()
    with pytest.raises(CannotStart, match="is not empty"):
        prepare(read_backup(kept.backups), tmp_path, RestorePoint(), kept.programs, told)
    assert [one.name for one in tmp_path.iterdir()] == ["somebody's"]


@contextmanager
def without_room() -> Iterator[None]:
    """The system refuses to write on, as a full disk does."""
    usual, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (usual, most))


@pytest.mark.usefixtures("taken")
def test_a_disk_without_room_is_named_and_left_as_it_was(kept: Kept, tmp_path: Path) -> None:
    """Nothing large is copied, and one line says so."""
    backup = read_backup(kept.backups)
    with without_room(), pytest.raises(CannotStart, match=r"it takes \d+ MB.*make room"):
        prepare(backup, tmp_path / "small", RestorePoint(), kept.programs, told)
    assert list((tmp_path / "small").iterdir()) == []
    (tmp_path / "a-file").touch()
    with pytest.raises(CannotStart, match="name a new folder"):
        prepare(backup, tmp_path / "a-file", RestorePoint(), kept.programs, told)


@pytest.mark.usefixtures("taken")
@pytest.mark.parametrize("at", ["verified", "copied"])
def test_what_others_put_there_meanwhile_is_left(kept: Kept, tmp_path: Path, at: str) -> None:
    """Proving and copying a large backup takes minutes."""
    into, backup = tmp_path / "shared", read_backup(kept.backups)

    def put(line: str) -> None:
        if line.startswith(at):
            into.mkdir(exist_ok=True)
            (into / "somebody's").touch()

    with without_room(), pytest.raises(CannotStart, match=r"is not empty|cannot be written"):
        prepare(backup, into, RestorePoint(), kept.programs, put)
    assert [one.name for one in into.iterdir()] == ["somebody's"]


@pytest.mark.usefixtures("taken")
def test_a_damaged_backup_is_refused(kept: Kept, tmp_path: Path) -> None:
    good = read_backup(kept.backups)
    backup = read_backup(Path(shutil.copytree(good.folder, tmp_path / "damaged")))
    victim = next(
        file
        for file in (backup.data / "base").rglob("*")
        if file.stat().st_size > 0 and file.is_file()
    )
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(bytes(content))
    with pytest.raises(CannotStart, match="has another checksum"):
        prepare(backup, tmp_path / "new", RestorePoint(), kept.programs, told)
    assert not (tmp_path / "new").exists()


def test_where_no_backup_is_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="sge backup"):
        read_backup(tmp_path)


def test_a_wrong_password_is_no_backup_and_is_not_told(kept: Kept, tmp_path: Path) -> None:
    wrong = kept.url.replace(kept.server.address.passwords["sge_backup"], "anotherword")
    with pytest.raises(CannotStart, match="pg_basebackup failed") as refused:
        take_backup(wrong, tmp_path, kept.programs, real_clock, told)
    assert "anotherword" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("postgresql://sge_backup:a%2Fword@db:1/sge", "postgresql://sge_backup@db:1/sge"),
        (
            "postgresql://sge_backup@db/sge?sslmode=require&password=a%2Fword&connect_timeout=2",
            "postgresql://sge_backup@db/sge?sslmode=require&connect_timeout=2",
        ),
    ],
)
def test_no_password_stands_among_the_arguments(url: str, address: str) -> None:
    assert without_password(url) == (address, "a/word")


def test_a_keys_password_is_refused() -> None:
    with pytest.raises(CannotStart, match="sslpassword") as refused:
        without_password("postgresql://sge_backup@db/sge?sslpassword=hidden")
    assert "hidden" not in str(refused.value)
