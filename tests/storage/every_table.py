"""One row of each of two programs in every tenant table, of whatever its columns hold: for rules that look at rows."""

from dataclasses import dataclass
from typing import Any

import asyncpg

# In a database of the test's own: what a row means is checked elsewhere, here it only has to be there.
_LOOSEN = """
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', conrelid::regclass, conname) FROM pg_constraint
 WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f') AND conrelid <> 0
UNION ALL
SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', tgrelid::regclass, tgname) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT format('DROP INDEX %s', indexrelid::regclass) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
 WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique
   AND NOT EXISTS (SELECT FROM pg_constraint t WHERE t.conindid = i.indexrelid)
"""
_COLUMNS = """
SELECT c.relname::text AS of_table, a.attname::text AS name, format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL) AS type,
       t.typname::text AS domain, a.attgenerated <> '' OR a.attidentity = 'a' AS made
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
 ORDER BY c.relname, a.attnum
"""
_VALUES = {
    "uuid": "gen_random_uuid()",
    "boolean": "false",
    "timestamp with time zone": "now()",
    "date": "'2026-11-22'",
    "jsonb": "'{}'",
    "interval": "interval '0'",
    "bytea": "sha256(gen_random_uuid()::text::bytea)",
    "text": "left(gen_random_uuid()::text, 20)",
    "evm_address": "'0x' || encode(substr(sha256(gen_random_uuid()::text::bytea), 1, 20), 'hex')",
}


@dataclass(frozen=True)
class Table:
    """key: the column that says whose a row is."""

    name: str
    key: str
    values: dict[str, str]

    def insert(self, program_id: int, rest: str = "") -> str:
        """A row of that program."""
        values = self.values | {self.key: str(program_id)}
        columns, given = ", ".join(values), ", ".join(values.values())
        return (
            f"INSERT INTO {self.name} ({columns}) OVERRIDING SYSTEM VALUE VALUES ({given}) {rest}"
        )


async def tenant_tables(connection: asyncpg.Connection) -> list[Table]:
    """Every table that has a program's rows, as the catalogue has it."""
    columns: dict[str, dict[str, str]] = {}
    for row in await connection.fetch(_COLUMNS):
        if not row["made"]:
            columns.setdefault(row["of_table"], {})[row["name"]] = _value(row)
    keys = {name: "id" if name == "program" else "program_id" for name in columns}
    return [Table(name, keys[name], made) for name, made in columns.items() if keys[name] in made]


def _value(column: Any) -> str:
    if column["domain"] in _VALUES:
        return _VALUES[column["domain"]]
    if column["type"].endswith("[]"):
        return "'{}'"
    return _VALUES.get(column["type"], "(random() * 30000)::integer")


async def fill(superuser: asyncpg.Connection, *programs: int) -> list[Table]:
    """Rows of these programs in every table; gives the tables."""
    for (statement,) in await superuser.fetch(_LOOSEN):
        await superuser.execute(statement)
    tables = await tenant_tables(superuser)
    for table in tables:
        for program_id in programs:
            await superuser.execute(table.insert(program_id))
    return tables
