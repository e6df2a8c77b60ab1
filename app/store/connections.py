"""One connection: how it writes and reads numbers and documents, and whether it is still one."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
import orjson

from app.domain.errors import Unavailable

# The driver complains of its own state where a connection breaks in the middle of a message.
_BROKEN = (
    OSError,
    asyncpg.exceptions.PostgresError,
    asyncpg.exceptions.InterfaceError,
    asyncpg.exceptions.InternalClientError,
)
_AWAY = (*_BROKEN, TimeoutError)


def _as_json(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        # Whole numbers beyond 64 bits: orjson refuses to write them, and would read them as floats.
        return json.dumps(value)


async def prepare(connection: asyncpg.Connection) -> None:
    """Before its first use."""
    # All our NUMERIC are whole numbers of smallest units: int in, int out, never Decimal, never float.
    await connection.set_type_codec(
        "numeric", schema="pg_catalog", encoder=str, decoder=int, format="text"
    )
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=_as_json, decoder=json.loads, format="text"
    )


@asynccontextmanager
async def borrowed(
    pool: asyncpg.Pool, longest_wait_seconds: float
) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the pool; Unavailable when none is free in time or the server is away."""
    try:
        connection = await pool.acquire(timeout=longest_wait_seconds)
    except _AWAY as problem:
        raise Unavailable("the database does not answer in time") from problem
    try:
        yield connection
    except _BROKEN as problem:
        if _is_lost(connection):
            raise Unavailable("the database connection was lost") from problem
        raise
    finally:
        # What was done is done: a connection that breaks while it is given back is the pool's to replace.
        with suppress(*_BROKEN):
            await pool.release(connection)


def _is_lost(connection: asyncpg.Connection) -> bool:
    """Whether it was closed, by us or by the server."""
    try:
        return bool(connection.is_closed())
    except asyncpg.exceptions.InterfaceError:  # the pool has taken the broken one back already
        return True
