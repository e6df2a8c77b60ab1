"""A commit that nobody confirms in time: the standby is away, or the primary is cut off. Done or not, nobody is told that it is."""

import asyncio

import asyncpg
from asyncpg.transaction import Transaction

from app.domain.errors import Unconfirmed

_UNCONFIRMED = "nobody confirms what was written; ask again with the same key"


async def check_now(connection: asyncpg.Connection) -> None:
    """What constraints leave for the commit: of a large batch that takes longer than any standby may."""
    await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")


async def commit_within(transaction: Transaction, seconds: float | None) -> None:
    """Commits. seconds: how long a synchronous standby may take (statement_timeout does not end that wait); None: for
    ever. Raises Unconfirmed after it: then it is committed where a lost primary would take it along; or the network has
    cut that off, and it may not be committed at all.
    """
    try:
        async with asyncio.timeout(seconds):
            await transaction.commit()
    except TimeoutError:
        raise Unconfirmed(_UNCONFIRMED) from None
