"""What is kept of webhooks, and for how long; and what the database refuses whoever asks."""

import asyncpg
import pytest

from app.processes.keep_house import keep_webhooks
from app.store.database import Database
from tests.fixtures.databases import Database as OwnDatabase
from tests.webhooks.hooks import Hooks
from tests.webhooks.receiver import receiving


async def kept(hooks: Hooks) -> list[int]:
    """How many deliveries, tries and secrets there are."""
    tables = ("webhook_delivery", "webhook_attempt", "webhook_secret")
    return [(await hooks.rows(f"SELECT count(*) FROM {table}"))[0]["count"] for table in tables]


async def test_ended_deliveries_go_after_thirty_days_with_their_tries(hooks: Hooks) -> None:
    async with receiving() as receiver:
        made = await hooks.listen(receiver.url)
        await hooks.tell()
        await hooks.rotate(made.endpoint_id, 60)
        receiver.status = 500
        await hooks.tell()
        clock = lambda: hooks.world.now  # noqa: E731
        assert await keep_webhooks(hooks.worker, hooks.world.bells, clock) == 0
        hooks.later(days=31)
        assert await keep_webhooks(hooks.worker, hooks.world.bells, clock) == 1
        # What is still to be delivered stays, however old, and so does the secret that signs it.
        assert await kept(hooks) == [1, 1, 1]
        assert await hooks.statuses() == ["PENDING"]


async def test_tries_never_change(hooks: Hooks, database: OwnDatabase) -> None:
    async with receiving() as receiver:
        await hooks.listen(receiver.url)
        await hooks.tell()
    owner = await asyncpg.connect(database.dsn())
    try:
        for statement in ("UPDATE webhook_attempt SET error = 'x'", "TRUNCATE webhook_attempt"):
            with pytest.raises(asyncpg.PostgresError, match="append-only"):
                await owner.execute(statement)
        with pytest.raises(asyncpg.PostgresError, match="may not move"):
            await owner.execute("UPDATE webhook_delivery SET status = 'FAILED'")
    finally:
        await owner.close()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT sealed FROM webhook_secret",
        "UPDATE webhook_delivery SET status = 'DELIVERED', next_attempt_at = NULL",
        "UPDATE webhook_delivery SET body = '{}'",
        "UPDATE webhook_secret SET sealed = ''",
        "DELETE FROM webhook_delivery",
        "INSERT INTO webhook_attempt SELECT program_id, id, 9, now(), 200, NULL, 1 FROM webhook_delivery",
    ],
)
async def test_the_web_process_reads_no_secret_and_delivers_nothing(
    hooks: Hooks, statement: str
) -> None:
    async with receiving(status=500) as receiver:
        await hooks.listen(receiver.url)
        await hooks.tell()
    async with hooks.world.api.pool.acquire() as connection, connection.transaction():
        await connection.execute(f"SET LOCAL sge.program_id = {hooks.program_id}")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)


async def test_a_secret_copied_to_another_endpoint_signs_nothing_there(
    hooks: Hooks, worker: Database, database: OwnDatabase
) -> None:
    async with receiving() as receiver:
        made = await hooks.listen(receiver.url)
        other = await hooks.listen(receiver.url)
        owner = await asyncpg.connect(database.dsn())
        await owner.execute(
            """UPDATE webhook_secret SET sealed = (SELECT sealed FROM webhook_secret WHERE endpoint_id = $1)
                WHERE endpoint_id = $2""",
            made.endpoint_id,
            other.endpoint_id,
        )
        await owner.close()
        await hooks.tell()
        assert len(receiver.got) == 1
        [row] = await worker.pool.fetch("SELECT * FROM webhook_attempt WHERE error IS NOT NULL")
        assert "cannot be read" in row["error"]
