"""The newest migration only adds to the tables of the release before: its programs run on them unchanged."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from sge.migrations import upgrade
from sge.schema_fingerprint import revisions
from tests.fixtures.cluster import Cluster
from tests.fixtures.databases import Database, database_for_a_while

_COLUMNS = """
SELECT c.relname || '.' || a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS strict,
       a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> '' AS filled
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND a.attnum > 0 AND NOT a.attisdropped
"""
_FUNCTIONS = """
SELECT p.oid::regprocedure::text AS name, pg_get_function_result(p.oid) || ' definer=' || p.prosecdef AS type
  FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
"""
_GRANTS = """
SELECT kind || ' ' || name || ' ' || coalesce(r.rolname, 'public') || ' ' || privilege_type AS name, '' AS type
  FROM (SELECT 'table' AS kind, c.relname::text AS name, g.* FROM pg_class c, aclexplode(c.relacl) g
         WHERE c.relnamespace = 'public'::regnamespace
        UNION ALL SELECT 'column', c.relname || '.' || a.attname, g.* FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid,
               aclexplode(a.attacl) g WHERE c.relnamespace = 'public'::regnamespace
        UNION ALL SELECT 'function', p.oid::regprocedure::text, g.* FROM pg_proc p, aclexplode(p.proacl) g
         WHERE p.pronamespace = 'public'::regnamespace) AS granted
  LEFT JOIN pg_roles r ON r.oid = granted.grantee
"""
_VALUES = """
SELECT t.typname || ' ' || e.enumlabel AS name, '' AS type FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid
"""
# What a row has to fulfil: of old columns alone, or of new ones too (NULL where old programs leave them out).
_RULES = """
SELECT t.conrelid::regclass::text || ' ' || pg_get_constraintdef(t.oid) AS name, t.conrelid::regclass::text AS type,
       ARRAY(SELECT t.conrelid::regclass::text || '.' || a.attname FROM pg_attribute a
              WHERE a.attrelid = t.conrelid AND a.attnum = ANY (t.conkey)) AS columns
  FROM pg_constraint t WHERE t.connamespace = 'public'::regnamespace AND t.contype IN ('c', 'u', 'p', 'f', 'x')
"""
_UNIQUE = """
SELECT regexp_replace(pg_get_indexdef(indexrelid), 'INDEX \\S+ ON', 'INDEX ON') AS name, indrelid::regclass::text AS type
  FROM pg_index JOIN pg_class c ON c.oid = indrelid WHERE indisunique AND c.relnamespace = 'public'::regnamespace
"""
_TRIGGERS = """
SELECT tgrelid::regclass::text || ' ' || tgname AS name, tgrelid::regclass::text AS type
  FROM pg_trigger WHERE NOT tgisinternal
"""
_POLICIES = """
SELECT tablename || ' ' || policyname AS name, roles::text || cmd || coalesce(qual, '') || coalesce(with_check, '') AS type
  FROM pg_policies WHERE schemaname = 'public'
"""
# Rules that say something else now, each because: it lets everything through that it let through before.
WIDER = {
    "export_link CHECK ((kind = ANY (ARRAY['INTENTS'::text, 'COMMISSIONS'::text, 'AFFILIATES'::text, 'STATEMENT'::text, "
    "'ACCOUNTS'::text, 'LEDGER'::text, 'PAYOUTS'::text, 'DISCREPANCIES'::text, 'AUDIT'::text, 'PAYOUT_BATCH'::text])))": (
        "four more kinds of exports"
    )
}
# Rules on old columns that are new, each because: no program of the release before writes what they refuse.
NEVER_WRITTEN = {
    "discrepancy CHECK (((posting_journal_id IS NULL) OR (resolved_at IS NOT NULL)))": "the release writes both at once"
}
# Functions that run with the owner's rights now: as before, but they see every row.
SEES_ALL = {
    f"{name}()"
    for name in ("sge_check_hold", "sge_check_list", "sge_check_listed", "sge_check_place")
}
# Unique indexes on tables of the release before, each because: no program of it writes what they refuse.
NEVER_TWICE = {
    "discrepancy": "the release opens money that moved once for each log, and posts its explanation once"
}
# Triggers on tables of the release before, each because: it refuses nothing that a program of it does.
HARMLESS = {
    "commission commission_sum_moved": "adds to kept sums",
    "commission commission_sum_new": "adds to kept sums",
    "login_nonce login_nonce_after_recovery": "refuses sign-ins while a restored database waits for `sge recover`",
    "discrepancy discrepancy_outflow": "the release explains an outflow as the program's alone: nothing is compared",
    "payout_batch payout_batch_explained": "refuses batches while money has left that nobody has explained",
    "program program_explained": "refuses to resume while money has left that nobody has explained",
    "settlement settlement_undone": "looks at updates of undone_at only, which no statement of the release makes",
}
# Rights that are gone, each because: what its statements write is granted column by column.
FINER = {"table discrepancy sge_worker UPDATE": "it opens discrepancies, and changes none"}
Rows = dict[str, asyncpg.Record]


@pytest.fixture(scope="module")
def released(cluster: Cluster) -> Iterator[Database]:
    with database_for_a_while(cluster, "template0") as fresh:
        upgrade(fresh.dsn(), revisions()[0])
        yield fresh


@pytest.fixture
async def tables(
    released: Database, module_database: Database
) -> AsyncIterator[tuple[asyncpg.Connection, asyncpg.Connection]]:
    """The release's and the newest."""
    both = await asyncio.gather(
        *(asyncpg.connect(one.superuser_dsn) for one in (released, module_database))
    )
    yield both[0], both[1]
    for connection in both:
        await connection.close()


async def rows(connection: asyncpg.Connection, query: str) -> Rows:
    return {row["name"]: row for row in await connection.fetch(query)}


Both = tuple[asyncpg.Connection, asyncpg.Connection]


@pytest.mark.parametrize("query", [_COLUMNS, _FUNCTIONS, _GRANTS, _VALUES, _POLICIES])
async def test_nothing_went_away_or_became_another(tables: Both, query: str) -> None:
    before, after = [await rows(connection, query) for connection in tables]
    assert before.keys() - after.keys() <= FINER.keys()
    kept = before.keys() & after.keys()
    changed = {name for name in kept if after[name]["type"] != before[name]["type"]}
    assert changed <= SEES_ALL


async def test_a_new_column_may_be_left_out_and_no_old_one_became_strict(tables: Both) -> None:
    before, after = [await rows(connection, _COLUMNS) for connection in tables]
    old_tables = {name.split(".")[0] for name in before}
    demanded = {
        name
        for name, row in after.items()
        if name.split(".")[0] in old_tables
        and row["strict"]
        and not row["filled"]
        and not (name in before and before[name]["strict"])
    }
    assert demanded == set()
    lost = {name for name, row in before.items() if row["filled"] and not after[name]["filled"]}
    assert lost == set()


async def test_no_rule_on_old_columns_is_new_or_narrower(tables: Both) -> None:
    columns = await rows(tables[0], _COLUMNS)
    before, after = [await rows(connection, _RULES) for connection in tables]
    old_tables = {name.split(".")[0] for name in columns}
    narrower = {
        name
        for name, row in after.items()
        if name not in before
        and row["type"] in old_tables
        and set(row["columns"]) <= columns.keys()
    }
    assert narrower - WIDER.keys() == NEVER_WRITTEN.keys()


async def test_nothing_more_has_to_be_unique(tables: Both) -> None:
    columns = await rows(tables[0], _COLUMNS)
    old_tables = {name.split(".")[0] for name in columns}
    before, after = [await rows(connection, _UNIQUE) for connection in tables]
    more = [
        row["type"]
        for name, row in after.items()
        if name not in before and row["type"] in old_tables
    ]
    assert more == list(NEVER_TWICE)


async def test_a_new_trigger_on_an_old_table_has_a_reason(tables: Both) -> None:
    columns = await rows(tables[0], _COLUMNS)
    old_tables = {name.split(".")[0] for name in columns}
    before, after = [await rows(connection, _TRIGGERS) for connection in tables]
    more = {name for name, row in after.items() if name not in before and row["type"] in old_tables}
    assert more == HARMLESS.keys()
