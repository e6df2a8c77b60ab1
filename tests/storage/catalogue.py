"""What a database consists of, as text that two databases can be compared by."""

import asyncpg

_COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity::text,
       a.attgenerated::text, pg_get_expr(d.adbin, d.adrelid), co.collname::text
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN pg_collation co ON co.oid = a.attcollation
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
   AND c.relname <> 'alembic_version'
"""
_CONSTRAINTS = """
SELECT c.relname, t.contype::text, pg_get_constraintdef(t.oid)
  FROM pg_constraint t JOIN pg_class c ON c.oid = t.conrelid
 WHERE c.relnamespace = 'public'::regnamespace AND t.contype IN ('p', 'u', 'f', 'c') AND c.relname <> 'alembic_version'
"""
_INDEXES = """
SELECT c.relname, regexp_replace(pg_get_indexdef(i.indexrelid), 'INDEX \\S+ ON', 'INDEX ON'),
       CASE WHEN t.oid IS NULL THEN i.indexrelid::regclass::text END
  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid LEFT JOIN pg_constraint t ON t.conindid = i.indexrelid
   AND t.contype IN ('p', 'u')
 WHERE c.relnamespace = 'public'::regnamespace AND c.relname <> 'alembic_version'
"""
_STORAGE = """
SELECT relname, relkind::text, coalesce(reloptions, '{}')::text FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S') AND relname <> 'alembic_version'
"""
_ACCESS = """
SELECT 'table', relname, coalesce(relacl, '{}')::text || relrowsecurity::text || relforcerowsecurity::text FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'alembic_version%'
UNION ALL
SELECT 'column', attrelid::regclass || '.' || attname, attacl::text FROM pg_attribute WHERE attacl IS NOT NULL
   AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
UNION ALL
SELECT 'function', oid::regprocedure::text, coalesce(proacl, '{}')::text || coalesce(proconfig, '{}')::text
       || prosecdef::text || md5(prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL
SELECT 'trigger', tgrelid::regclass || '.' || tgname, tgenabled::text || pg_get_triggerdef(oid) FROM pg_trigger
 WHERE NOT tgisinternal
UNION ALL
SELECT 'policy', tablename || '.' || policyname, cmd || roles::text || coalesce(qual, '') || coalesce(with_check, '')
  FROM pg_policies
UNION ALL
SELECT 'default', defaclobjtype::text, defaclacl::text FROM pg_default_acl
UNION ALL
SELECT 'schema', nspname, nspacl::text FROM pg_namespace WHERE nspname = 'public'
UNION ALL
SELECT 'type', oid::regtype::text, typtype::text FROM pg_type WHERE typnamespace = 'public'::regnamespace
   AND typtype IN ('d', 'c') AND typname <> 'alembic_version'
"""


async def tables(dsn: str) -> dict[str, list[str]]:
    """Columns, constraints, indexes and storage of every table of ours."""
    return await _read(
        dsn,
        columns=_COLUMNS,
        constraints=_CONSTRAINTS,
        indexes=_INDEXES,
        storage=_STORAGE,
    )


async def access(dsn: str) -> dict[str, list[str]]:
    """Grants, functions, triggers, policies and types."""
    return await _read(dsn, access=_ACCESS)


async def _read(dsn: str, **queries: str) -> dict[str, list[str]]:
    connection = await asyncpg.connect(dsn)
    try:
        return {
            name: sorted(str(tuple(row)) for row in await connection.fetch(query))
            for name, query in queries.items()
        }
    finally:
        await connection.close()
