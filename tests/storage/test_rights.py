"""Which login role can do what: one table, compared with what the database grants; and row-level security everywhere."""

import asyncpg
import pytest

from app.domain import states
from app.store.database import Database as Pool
from tests.fixtures.databases import Database
from tests.storage.rights import COLUMNS, FUNCTIONS, RIGHTS
from tests.storage.seeds import SeededProgram

ROLES = ("sge_api", "sge_worker", "sge_reader", "sge_feed")

_GRANTS = """
SELECT grantee, table_name, string_agg(DISTINCT lower(left(privilege_type, 1)), '' ORDER BY lower(left(privilege_type, 1)))
       AS rights
  FROM (SELECT grantee, table_name, privilege_type FROM information_schema.role_table_grants
        UNION ALL SELECT grantee, table_name, privilege_type FROM information_schema.role_column_grants) g
 WHERE grantee = ANY($1) AND table_name <> 'alembic_version'
 GROUP BY 1, 2
"""
_WHOLE_TABLE_UPDATES = """
SELECT grantee, table_name FROM information_schema.role_table_grants WHERE privilege_type = 'UPDATE'
"""
_COLUMN_UPDATES = """
SELECT grantee, table_name, column_name FROM information_schema.role_column_grants
 WHERE privilege_type = 'UPDATE' AND grantee = ANY($1)
"""
_FUNCTIONS = """
SELECT p.proname, string_agg(substr(r.rolname, 5), ' ' ORDER BY r.rolname) AS roles
  FROM pg_proc p JOIN pg_roles r ON r.rolname = ANY($1) AND has_function_privilege(r.oid, p.oid, 'EXECUTE')
 WHERE p.pronamespace = 'public'::regnamespace GROUP BY 1
"""
_PROGRAM_COLUMN = """
SELECT c.relname, EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'program_id') AS tenant,
       c.relrowsecurity AND c.relforcerowsecurity AS forced
  FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'alembic_version'
"""


async def test_tables_grant_exactly_this(owner: asyncpg.Connection) -> None:
    lines = [line.split() for line in RIGHTS.strip().splitlines()]
    columns = [f"sge_{name}" for name in lines[0][1:]]
    expected = {
        (role, line[0]): rights
        for line in lines[1:]
        for role, rights in zip(columns, line[1:], strict=True)
        if rights != "-"
    }
    granted = {
        (row["grantee"], row["table_name"]): row["rights"]
        for row in await owner.fetch(_GRANTS, ROLES)
    }
    assert granted == expected


async def test_columns_that_may_change_are_exactly_these(owner: asyncpg.Connection) -> None:
    whole = {tuple(row) for row in await owner.fetch(_WHOLE_TABLE_UPDATES)}
    found: dict[tuple[str, str], set[str]] = {}
    for role, table, column in await owner.fetch(_COLUMN_UPDATES, ROLES):
        if (role, table) not in whole:
            found.setdefault((role, table), set()).add(column)
    assert found == {key: set(columns.split()) for key, columns in COLUMNS.items()}


async def test_functions_can_be_called_by_exactly_these(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(_FUNCTIONS, ROLES)
    assert {row["proname"]: row["roles"] for row in rows} == FUNCTIONS


async def test_functions_are_pinned(owner: asyncpg.Connection) -> None:
    loose = await owner.fetch("""
        SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'public'::regnamespace
          AND (proconfig IS NULL OR NOT EXISTS (
               SELECT FROM unnest(proconfig) c WHERE c ~ '^search_path=(public|pg_catalog), pg_temp$'))""")
    assert loose == []


async def test_a_function_made_later_is_nobodys(owner: asyncpg.Connection) -> None:
    transaction = owner.transaction()
    await transaction.start()
    await owner.execute("CREATE FUNCTION later() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    for role in ROLES:
        assert not await owner.fetchval(
            "SELECT has_function_privilege($1, 'later()', 'EXECUTE')", role
        )
    await transaction.rollback()


async def test_row_level_security_is_forced_on_every_table(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(_PROGRAM_COLUMN)
    assert len(rows) > 40
    assert [row["relname"] for row in rows if not row["forced"]] == []


async def test_nobody_bypasses_it(owner: asyncpg.Connection) -> None:
    strong = await owner.fetch("""
        SELECT rolname FROM pg_roles WHERE rolname LIKE 'sge\\_%'
          AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication <> (rolname = 'sge_backup'))""")
    assert strong == []
    members = await owner.fetch("""
        SELECT roleid::regrole FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member
         WHERE r.rolname LIKE 'sge\\_%'""")
    assert members == []


async def test_policies_use_only_what_an_index_may_answer(owner: asyncpg.Connection) -> None:
    """bigint = bigint is leakproof, so the planner may look the program up before it trusts the row."""
    assert await owner.fetchval("SELECT proleakproof FROM pg_proc WHERE oid = 'int8eq'::regproc")
    tenants = {row["relname"] for row in await owner.fetch(_PROGRAM_COLUMN) if row["tenant"]}
    policies = await owner.fetch(
        "SELECT tablename, qual FROM pg_policies WHERE policyname = 'own_program'"
    )
    assert {row["tablename"] for row in policies} == {*tenants, "program"}
    quals = {
        row["qual"].replace("program_id = ", "KEY = ").replace("(id = ", "(KEY = ")
        for row in policies
    }
    assert quals == {
        "(KEY = (NULLIF(current_setting('sge.program_id'::text, true), ''::text))::bigint)"
    }


async def test_guards_hold_whatever_the_replication_role_is(owner: asyncpg.Connection) -> None:
    ordinary = await owner.fetch(
        "SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'A'"
    )
    assert ordinary == []


async def test_the_tables_hold_the_declared_moves(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch("SELECT machine, from_state, to_state FROM state_move")
    stored: dict[str, set[tuple[str, str]]] = {}
    for machine, before, after in rows:
        stored.setdefault(machine, set()).add((before, after))
    assert stored == {machine: set(moves) for machine, moves in states.MACHINES.items()}


@pytest.mark.parametrize("role", ["sge_api", "sge_reader"])
async def test_another_programs_rows_are_not_there(
    role: str,
    database: Database,
    owner: asyncpg.Connection,
    program: SeededProgram,
    other_program: SeededProgram,
) -> None:
    pool = await Pool.connect(database.dsn(role), maximum=1)
    tenants = [
        row["relname"]
        for row in await owner.fetch(_PROGRAM_COLUMN)
        if row["tenant"] and row["relname"] not in {"event_outbox", "export_link"}
    ]
    for setting, seen in (
        (program.id, {program.id}),
        (other_program.id, {other_program.id}),
        (None, set()),
    ):
        async with pool.read(setting) as session:
            for table in tenants:
                rows = await session.connection.fetch(f"SELECT DISTINCT program_id FROM {table}")
                assert {row["program_id"] for row in rows} <= seen, table
            ids = await session.connection.fetch("SELECT id FROM program")
            assert {row["id"] for row in ids} == seen
    await pool.close()


async def test_another_programs_rows_cannot_be_touched(
    api: Pool, program: SeededProgram, other_program: SeededProgram
) -> None:
    async with api.write(program.id) as unit:
        done = await unit.connection.execute(
            "UPDATE affiliate SET display_name = 'taken' WHERE program_id = $1", other_program.id
        )
        assert done == "UPDATE 0"
        done = await unit.connection.execute(
            "UPDATE program SET name = 'taken' WHERE id = $1", other_program.id
        )
        assert done == "UPDATE 0"
    for setting in (program.id, None):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with api.write(setting) as unit:
                await unit.connection.execute(
                    "INSERT INTO program_member (program_id, wallet, role, granted_by, granted_at)"
                    " VALUES ($1, '0x0000000000000000000000000000000000000001', 'ADMIN', 'me', now())",
                    other_program.id,
                )


async def test_the_program_of_a_transaction_ends_with_it(api: Pool, program: SeededProgram) -> None:
    async with api.read(program.id) as session:
        assert await session.connection.fetchval("SELECT count(*) FROM terms") == 1
    rows = await api.pool.fetch("SELECT * FROM terms")
    assert rows == []


@pytest.mark.parametrize("role", ["sge_api", "sge_reader"])
async def test_secrets_of_keys_are_not_read_back(role: str, database: Database) -> None:
    connection = await asyncpg.connect(database.dsn(role))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetch("SELECT secret_hash FROM api_key")
    await connection.close()


async def test_the_outbox_is_not_read_by_the_web(api: Pool) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await api.pool.fetch("SELECT * FROM event_outbox")
