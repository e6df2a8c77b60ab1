"""Alembic's entry: runs migrations as the owner, directly (never through a pooler), one runner at a time."""

import asyncio
import os

import asyncpg
from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.store.tables import METADATA

ADVISORY_LOCK = 7_234_500
LOCK_TIMEOUT = "5s"
LONGEST_WAIT_FOR_ANOTHER = "15min"


def owner_url() -> str:
    """Given with -x url=…, or in the environment."""
    given = context.get_x_argument(as_dictionary=True).get("url") or os.environ.get(
        "SGE_DATABASE_OWNER_URL"
    )
    if not given:
        raise SystemExit("SGE_DATABASE_OWNER_URL is not set: migrations run as the role sge_owner")
    return given


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        compare_server_default=True,
        on_version_apply=context.config.attributes.get("on_version_apply", ()),
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        # Another one that migrates is waited for: what it has done is then not to be done any more.
        connection.execute(text(f"SET lock_timeout = '{LONGEST_WAIT_FOR_ANOTHER}'"))
        connection.execute(text(f"SELECT pg_advisory_lock({ADVISORY_LOCK})"))
        # Waiting for a table lock behind a long query would stop everybody behind us: give up instead.
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
        context.run_migrations()


async def main() -> None:
    # The driver reads the address, as everywhere else: SQLAlchemy would hand sslmode and its certificates on as they are.
    url = owner_url()
    name = context.get_x_argument(as_dictionary=True).get("name", "sge migrate")
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: asyncpg.connect(url, server_settings={"application_name": name}),
    )
    try:
        async with engine.connect() as connection:
            await connection.run_sync(run)
            await connection.commit()
    finally:  # a connection that stays open would keep the lock
        await engine.dispose()


asyncio.run(main())
