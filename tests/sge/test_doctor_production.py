"""`sge doctor` looks at whatever tells operators, and says when nothing does."""

import asyncio

import pytest

from app.store.database_login import LoginFailed
from app.store.server.durability import Durability, try_replication
from sge.doctor.durable import losses
from sge.embedded.ports import free_port
from tests.fixtures.databases import Database
from tests.sge.test_doctor import told

PRODUCTION = {"SGE_ENVIRONMENT": "production"}


def test_production_without_a_receiver_of_alerts_is_named() -> None:
    assert "SGE_ALERT_WEBHOOK_URL: is not set, so nobody is told" in told(PRODUCTION).stdout
    assert "nobody is told" not in told({}).stdout


def test_what_the_server_in_production_would_lose_is_named(database: Database) -> None:
    environment = {"SGE_DATABASE_WORKER_URL": database.dsn("sge_worker")}
    said = told(environment | PRODUCTION).stdout
    assert "! PostgreSQL keeps what it is told: SGE_DATABASE_WORKER_URL: PostgreSQL's fsync" in said
    assert "full_page_writes is off" in said
    assert "archive_mode is off" in said
    assert "names no synchronous standby" in said
    assert "data_checksums" not in said
    assert "archive_mode" not in told(environment).stdout


def test_archiving_that_fails_and_a_missing_checksum_are_named() -> None:
    kept = dict.fromkeys(("data_checksums", "fsync", "full_page_writes", "archive_mode"), "on")
    kept["synchronous_standby_names"] = "ANY 1 (sge_replica)"
    assert losses(Durability(kept, archiving_fails=False)) == []
    [failing] = losses(Durability(kept, archiving_fails=True))
    assert "newest try to archive" in failing
    for name in kept:
        changed = kept | {name: "off" if name != "synchronous_standby_names" else ""}
        assert len(losses(Durability(changed, archiving_fails=False))) == 1


def test_the_role_of_backups_is_tried(database: Database) -> None:
    url = database.dsn("sge_backup")
    right = told({"SGE_DATABASE_BACKUP_URL": url}).stdout
    assert "✓ PostgreSQL as sge_backup: may copy the server" in right
    wrong = url.replace("sge_backup:", "sge_backup:x")
    refused = told({"SGE_DATABASE_BACKUP_URL": wrong}).stdout
    assert "SGE_DATABASE_BACKUP_URL: password authentication failed" in refused
    assert wrong.split("@")[0] not in refused
    another = told({"SGE_DATABASE_BACKUP_URL": database.dsn("sge_api")}).stdout
    assert "SGE_DATABASE_BACKUP_URL: names another role; it has to be sge_backup" in another


async def test_a_role_without_the_right_to_copy_is_refused(database: Database) -> None:
    with pytest.raises(LoginFailed, match="permission denied to start WAL sender"):
        await try_replication(database.dsn("sge_api"))


@pytest.mark.parametrize("variable", ["SGE_ALERT_WEBHOOK_URL", "SGE_OTEL_ENDPOINT"])
async def test_receivers_are_reached_and_nothing_is_posted(variable: str) -> None:
    got: asyncio.Queue[bytes] = asyncio.Queue()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.put_nowait(await reader.read())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{port}/services/HIDDEN"
    there = await asyncio.to_thread(told, {variable: url})
    assert ": can be reached" in there.stdout
    assert await asyncio.wait_for(got.get(), 10) == b""
    server.close()
    await server.wait_closed()
    assert got.empty()
    away = await asyncio.to_thread(told, {variable: url.replace(str(port), str(free_port()))})
    assert f"{variable}: cannot be reached from here" in away.stdout
    assert "HIDDEN" not in away.stdout + there.stdout
