"""Statements whose filter was forgotten, as each login role: another program's rows are not there, or it is refused."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import asyncpg
import pytest

from tests.fixtures.databases import Database
from tests.storage.every_table import Table, fill

OWN, OTHER = 1_000_001, 1_000_002
NOTHING = {"SELECT 0", "UPDATE 0", "DELETE 0", "INSERT 0 0"}
# No right to it; a row that may not be written; COPY into a table with row-level security.
REFUSED = {"42501", "0A000"}
# Platform facts of a program that the platform's own credentials see (decision 0128), and nobody else.
PLATFORM_READS = {"program", "treasury", "program_currency", "terms"}
_UPDATABLE = """
SELECT a.attname FROM pg_attribute a WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped
   AND has_column_privilege($1::text::regclass, a.attname, 'UPDATE') ORDER BY a.attnum
"""
_GRANTED = (
    "SELECT has_any_column_privilege($1::text::regclass, $2)",
    "SELECT has_table_privilege($1::text::regclass, $2)",
)
_SEEN = "SELECT has_column_privilege($1::text::regclass, $2, 'SELECT')"


@dataclass
class Filled:
    """A database with rows of two programs in every table."""

    database: Database
    tables: list[Table]


@pytest.fixture(scope="module")
def filled(module_database: Database) -> Filled:
    return asyncio.run(_filled(module_database))


async def _filled(database: Database) -> Filled:
    superuser = await asyncpg.connect(database.superuser_dsn)
    try:
        return Filled(database, await fill(superuser, OWN, OTHER))
    finally:
        await superuser.close()


def attacks(table: Table, updatable: list[str]) -> Iterator[str]:
    """Every way to another program's rows: with the filter missing, and with the wrong one."""
    name, key = table.name, table.key
    others = f"WHERE {key} IS DISTINCT FROM {OWN}"
    yield f"SELECT {key} FROM {name} {others}"
    yield f"SELECT {key} FROM {name} {others} FOR UPDATE"
    yield f"DELETE FROM {name} {others}"
    yield f"DELETE FROM {name} USING {name} o WHERE {name}.{key} = o.{key} AND o.{key} = {OTHER}"
    for column in updatable or [key]:
        yield f"UPDATE {name} SET {column} = {column} {others}"
    yield f"UPDATE {name} SET {key} = {OTHER}"
    for rest in ("", "ON CONFLICT DO NOTHING", f"RETURNING {key}"):
        yield table.insert(OTHER, rest)
    columns = ", ".join(table.values)
    yield f"INSERT INTO {name} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {name} {others}"
    yield f"COPY {name} FROM STDIN"
    yield f"TRUNCATE {name}"


async def outcome(connection: asyncpg.Connection, statement: str) -> str:
    """The command's tag, or the code of its refusal; undone either way."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        return await connection.execute(statement)
    except asyncpg.PostgresError as refused:
        return str(refused.sqlstate)
    finally:
        await transaction.rollback()


@pytest.mark.parametrize("role", ["sge_api", "sge_reader"])
@pytest.mark.parametrize("setting", [str(OWN), "", "0", "-1", None])
async def test_another_programs_rows_are_not_there(
    filled: Filled, role: str, setting: str | None
) -> None:
    connection = await asyncpg.connect(filled.database.dsn(role))
    if setting is not None:
        await connection.execute("SELECT set_config('sge.program_id', $1, false)", setting)
    through = []
    for table in filled.tables:
        updatable = [row[0] for row in await connection.fetch(_UPDATABLE, table.name)]
        for attack in attacks(table, updatable):
            got = await outcome(connection, attack)
            known = setting == "0" and table.name in PLATFORM_READS and got == "SELECT 1"
            if got not in NOTHING | REFUSED and not known:
                through.append((attack, got))
    await connection.close()
    assert through == []
    assert len(filled.tables) > 55


@pytest.mark.parametrize("role", ["sge_api", "sge_reader"])
async def test_ones_own_rows_are_there(filled: Filled, role: str) -> None:
    """Else the test above would prove nothing."""
    connection = await asyncpg.connect(filled.database.dsn(role))
    await connection.execute("SELECT set_config('sge.program_id', $1, false)", str(OWN))
    for table in filled.tables:
        if await connection.fetchval(_SEEN, table.name, table.key):
            rows = await connection.fetch(f"SELECT {table.key} FROM {table.name}")
            assert [row[0] for row in rows] == [OWN], table.name
    await connection.close()


async def test_a_program_that_is_no_number_reads_nothing(filled: Filled) -> None:
    connection = await asyncpg.connect(filled.database.dsn("sge_api"))
    for setting in ("x", "1,2", "1 OR true", "NaN", "9" * 40):
        await connection.execute("SELECT set_config('sge.program_id', $1, false)", setting)
        with pytest.raises(asyncpg.DataError):
            await connection.fetch("SELECT id FROM affiliate")
    await connection.close()


async def test_the_feed_reads_events_and_touches_nothing(filled: Filled) -> None:
    """Its process sends every program's events on, each to its own: it has no program."""
    connection = await asyncpg.connect(filled.database.dsn("sge_feed"))
    for table in filled.tables:
        for attack in attacks(table, []):
            reads = table.name == "event" and attack.startswith("SELECT") and "FOR" not in attack
            assert await outcome(connection, attack) == ("SELECT 1" if reads else "42501"), attack
    await connection.close()


async def test_a_worker_may_do_what_is_granted_and_no_more(filled: Filled) -> None:
    """Workers serve every program: row-level security shows them all rows, grants decide what they do."""
    connection = await asyncpg.connect(filled.database.dsn("sge_worker"))
    for table in filled.tables:
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE"):
            granted = await connection.fetchval(_GRANTED[right == "DELETE"], table.name, right)
            if not granted:
                statement = {
                    "SELECT": f"SELECT {table.key} FROM {table.name}",
                    "INSERT": table.insert(OTHER),
                    "UPDATE": f"UPDATE {table.name} SET {table.key} = {table.key}",
                    "DELETE": f"DELETE FROM {table.name}",
                }[right]
                assert await outcome(connection, statement) == "42501", statement
    await connection.close()


async def test_what_the_planner_knows_of_other_programs_is_hidden(filled: Filled) -> None:
    superuser = await asyncpg.connect(filled.database.superuser_dsn)
    await superuser.execute("ANALYZE")
    await superuser.close()
    connection = await asyncpg.connect(filled.database.dsn("sge_api"))
    names = [table.name for table in filled.tables]
    for view in ("pg_stats", "pg_stats_ext"):
        rows = await connection.fetch(f"SELECT FROM {view} WHERE tablename = ANY ($1)", names)
        assert rows == []
    await connection.close()


async def test_a_function_of_the_attackers_sees_no_row_before_the_policy(filled: Filled) -> None:
    """As cheap as can be, and in a schema that is looked into first."""
    connection = await asyncpg.connect(filled.database.dsn("sge_api"))
    told: list[str] = []
    connection.add_log_listener(lambda _, message: told.append(message.message))
    await connection.execute("""
        CREATE FUNCTION pg_temp.tell(program bigint) RETURNS boolean LANGUAGE plpgsql IMMUTABLE COST 0.0000001 AS $$
        BEGIN RAISE NOTICE '%', program; RETURN true; END $$;
        CREATE FUNCTION pg_temp.current_setting(text, boolean) RETURNS text LANGUAGE sql AS $$ SELECT '1000002' $$;
        CREATE FUNCTION pg_temp.nullif(text, text) RETURNS text LANGUAGE sql AS $$ SELECT '1000002' $$;
        SET search_path = pg_temp, public, pg_catalog;
    """)
    await connection.execute("SELECT pg_catalog.set_config('sge.program_id', $1, false)", str(OWN))
    for table in filled.tables:
        if await connection.fetchval(_SEEN, table.name, table.key):
            query = f"SELECT {table.key} FROM public.{table.name} WHERE pg_temp.tell({table.key})"
            assert [row[0] for row in await connection.fetch(query)] == [OWN]
    await connection.close()
    assert set(told) == {str(OWN)}
