"""A database that is away for a while, for everybody who is connected to it."""

import asyncio
import threading
from collections.abc import Callable

import asyncpg

from tests.fixtures.databases import Database

# Who waits for a lock goes first: the end of its holder would grant it.
_END_ALL = """
SELECT pg_terminate_backend(pid, 5000)
  FROM (SELECT pid FROM pg_stat_activity WHERE datname = '{name}'
         ORDER BY wait_event_type = 'Lock' DESC NULLS LAST OFFSET 0) AS connected
"""


def take_away(database: Database) -> None:
    """Nobody is connected to it any more, nor can be."""
    _order(
        database,
        f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS false",
        _END_ALL.format(name=database.name),
    )


def give_back(database: Database) -> None:
    _order(database, f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS true")


def _order(database: Database, *statements: str) -> None:
    """On a thread: who is in the middle of a step waits for it."""

    async def execute() -> None:
        connection = await asyncpg.connect(database.cluster.admin_dsn())
        for statement in statements:
            await connection.execute(statement)
        await connection.close()

    thread = threading.Thread(target=asyncio.run, args=(execute(),))
    thread.start()
    thread.join()


def once(point: str, then: Callable[[], None]) -> Callable[[str], None]:
    """At the first time that this point is reached."""
    reached: list[str] = []

    def at_point(here: str) -> None:
        if here == point and not reached:
            reached.append(here)
            then()

    return at_point
