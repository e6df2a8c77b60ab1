"""Migrations go up, down and up again, and leave the same database."""

from sge.embedded.postgres_dump import schema_of
from sge.migrations import downgrade, is_newest, upgrade
from tests.fixtures.cluster import Cluster
from tests.fixtures.databases import Database, database_for_a_while

EMPTY = "template0"


def test_up_down_up_gives_the_same_database(database: Database) -> None:
    before = schema_of(database.superuser_dsn)
    downgrade(database.dsn(), "base")
    assert "CREATE TABLE public.intent " not in schema_of(database.superuser_dsn)
    upgrade(database.dsn())
    assert schema_of(database.superuser_dsn) == before


def test_a_database_knows_whether_it_is_at_the_newest_migration(cluster: Cluster) -> None:
    with database_for_a_while(cluster, EMPTY) as fresh:
        assert not is_newest(fresh.dsn())
        upgrade(fresh.dsn())
        assert is_newest(fresh.dsn())
        upgrade(fresh.dsn())
        assert is_newest(fresh.dsn())
