"""A commit that a standby does not confirm in time: it is done here, and nobody is to be told so."""

import asyncio

import asyncpg
from asyncpg.transaction import Transaction

from app.domain.errors import Unconfirmed

_UNCONFIRMED = "the standby does not confirm what was written; ask again with the same key"


async def check_now(connection: asyncpg.Connection) -> None:
    """What constraints leave for the commit: of a large batch that takes longer than any standby may."""
    await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")


async def commit_within(transaction: Transaction, seconds: float | None) -> None:
    """Commits. seconds: how long a synchronous standby may take (statement_timeout does not end that wait); None: for
    ever. Raises Unconfirmed after it: then it is committed where a lost primary would take it along.
    """
    try:
        async with asyncio.timeout(seconds):
            await transaction.commit()
    except TimeoutError:
        raise Unconfirmed(_UNCONFIRMED) from None
