"""A replica of the embedded PostgreSQL follows, can be held, survives a restart, and can be promoted."""

import time
from pathlib import Path

from sge.embedded.postgres import Postgres
from sge.embedded.standby import Standby


def wait_for(server: Postgres, query: str, wanted: str) -> None:
    deadline = time.monotonic() + 20
    while server.run_sql(query, "sge").strip() != wanted:
        assert time.monotonic() < deadline, f"{query} is not {wanted}"
        time.sleep(0.02)


def test_a_replica_follows_and_can_be_promoted(server_folder: Path) -> None:
    primary = Postgres(server_folder / "primary", durable=False).start()
    replica = Standby(server_folder / "replica", primary, durable=False).start()
    try:
        primary.run_sql("CREATE TABLE mark AS SELECT 1 AS n", "sge")
        wait_for(replica, "SELECT count(*) FROM pg_class WHERE relname = 'mark'", "1")
        replica.hold()
        primary.run_sql("INSERT INTO mark VALUES (2)", "sge")
        assert replica.run_sql("SELECT count(*) FROM mark", "sge").strip() == "1"
        replica.go_on()
        wait_for(replica, "SELECT count(*) FROM mark", "2")
        primary.stop()
        primary.start()
        primary.run_sql("INSERT INTO mark VALUES (3)", "sge")
        wait_for(replica, "SELECT count(*) FROM mark", "3")
        primary.stop()
        replica.promote()
        replica.run_sql("INSERT INTO mark VALUES (4)", "sge")
        assert replica.run_sql("SELECT count(*) FROM mark", "sge").strip() == "4"
    finally:
        replica.stop()
        primary.stop()
