"""What a migration does: the SQL files of its folder, in the order of their names, in one transaction."""

from typing import Any

from alembic import op

from sge.embedded.project import PROJECT
from sge.schema_fingerprint import fingerprint, revisions

_SQL = PROJECT / "migrations" / "sql"


def run_up(revision: str) -> None:
    """Runs the numbered files of the revision's folder, and notes what made the database (docs/decisions/0120)."""
    _run(*(file.name for file in sorted((_SQL / revision).glob("[0-9]*.sql"))), of=revision)
    _note(revision)


def run_down(revision: str) -> None:
    """Runs the folder's down.sql."""
    _run("down.sql", of=revision)
    earlier = [name for name in revisions() if name < revision]
    if earlier:
        _note(earlier[-1])


def _note(revision: str) -> None:
    op.execute(f"COMMENT ON TABLE alembic_version IS '{fingerprint(revision)}'")


def _run(*files: str, of: str) -> None:
    op.execute("SELECT 1")  # opens the transaction that the scripts join
    for name in files:
        script = (_SQL / of / name).read_text(encoding="utf-8")
        # Many statements in one call need the driver's simple protocol, which SQLAlchemy does not offer.
        op.run_async(lambda connection, script=script: _execute(connection, script))


async def _execute(connection: Any, script: str) -> None:
    raw = await connection.get_raw_connection()
    await raw.driver_connection.execute(script)
