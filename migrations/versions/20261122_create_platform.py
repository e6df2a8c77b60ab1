"""Create programs, affiliates, ledger, intents, chain, events and who may touch them."""

from pathlib import Path

from alembic import op

revision = "20261122_create_platform"
down_revision = None

SQL = Path(__file__).parents[1] / "sql"
FILES = (
    "01_programs.sql",
    "02_affiliates.sql",
    "03_ledger.sql",
    "04_intents.sql",
    "05_chain.sql",
    "06_events.sql",
    "07_accept.sql",
    "08_access.sql",
)

# Not DROP OWNED: that would also take the owner's rights on the database itself.
_DROP_ALL = """
DO $$
DECLARE
  thing text;
BEGIN
  -- All names first: dropping one thing takes others along.
  FOREACH thing IN ARRAY ARRAY(
    SELECT format('TABLE IF EXISTS %I', tablename) FROM pg_tables
      WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    UNION ALL SELECT format('VIEW IF EXISTS %I', viewname) FROM pg_views WHERE schemaname = 'public'
    UNION ALL SELECT format('SEQUENCE IF EXISTS %I', relname) FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'
    UNION ALL SELECT format('ROUTINE IF EXISTS %s', oid::regprocedure) FROM pg_proc
      WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT format('TYPE IF EXISTS %s', t.oid::regtype)
      FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
      WHERE t.typnamespace = 'public'::regnamespace
        AND (t.typtype IN ('d', 'e') OR c.relkind = 'c')
  ) LOOP
    EXECUTE format('DROP %s CASCADE', thing);
  END LOOP;
END
$$
"""


def upgrade() -> None:
    op.execute("SELECT 1")  # opens the transaction that the scripts below join
    for name in FILES:
        script = (SQL / name).read_text(encoding="utf-8")
        # Many statements in one call need the driver's simple protocol, which SQLAlchemy does not offer.
        op.run_async(lambda connection, script=script: _run(connection, script))


async def _run(connection, script: str) -> None:  # noqa: ANN001
    raw = await connection.get_raw_connection()
    await raw.driver_connection.execute(script)


def downgrade() -> None:
    op.execute(_DROP_ALL)
