"""Create programs, affiliates, ledger, intents, chain, events and who may touch them."""

from pathlib import Path

from alembic import op

from sge.schema_fingerprint import fingerprint

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
    "08_payouts.sql",
    "10_sessions.sql",
    "11_webhooks.sql",
    "13_providers.sql",
    "20_access.sql",
)


def upgrade() -> None:
    op.execute("SELECT 1")  # opens the transaction that the scripts below join
    for name in FILES:
        script = (SQL / name).read_text(encoding="utf-8")
        # Many statements in one call need the driver's simple protocol, which SQLAlchemy does not offer.
        op.run_async(lambda connection, script=script: _run(connection, script))
    # `sge migrate` and `sge doctor` compare it (docs/decisions/0120).
    op.execute(f"COMMENT ON TABLE alembic_version IS '{fingerprint()}'")


async def _run(connection, script: str) -> None:  # noqa: ANN001
    raw = await connection.get_raw_connection()
    await raw.driver_connection.execute(script)


def downgrade() -> None:
    op.execute("SELECT 1")
    script = (SQL / "down.sql").read_text(encoding="utf-8")
    op.run_async(lambda connection: _run(connection, script))
