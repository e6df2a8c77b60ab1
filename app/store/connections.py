"""One connection: how it writes and reads numbers and documents, and whether it is still one."""

import json
import socket
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
# A server that is there answers at once; to one that the network has cut off nothing more is said.
_GIVE_BACK_SECONDS = 1.0
# Gone when nothing of what was said is acknowledged for 20 s, or the server is silent to three questions 5 s apart after 10.
_NOTICES_CUTS = {
    "TCP_USER_TIMEOUT": 20_000,
    "TCP_KEEPIDLE": 10,
    "TCP_KEEPINTVL": 5,
    "TCP_KEEPCNT": 3,
}


def _as_json(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        # Whole numbers beyond 64 bits: orjson refuses to write them, and would read them as floats.
        return json.dumps(value)


def _notice_cuts(connection: asyncpg.Connection) -> None:
    """A server that the network has cut off says nothing: the kernel would ask it for a quarter of an hour, or for ever."""
    socket_ = connection._transport.get_extra_info("socket")  # noqa: SLF001  the driver has no setting for it
    if socket_.family not in (socket.AF_INET, socket.AF_INET6):
        return
    socket_.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _NOTICES_CUTS.items():
        if hasattr(socket, option):  # by name: each system has its own
            socket_.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


async def prepare(connection: asyncpg.Connection) -> None:
    """Before its first use."""
    _notice_cuts(connection)
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
        # What was done is done: a connection that breaks while it is given back, or does not come to rest, is the pool's to
        # replace.
        with suppress(*_AWAY):
            await pool.release(connection, timeout=_GIVE_BACK_SECONDS)


def _is_lost(connection: asyncpg.Connection) -> bool:
    """Whether it was closed, by us or by the server."""
    try:
        return bool(connection.is_closed())
    except asyncpg.exceptions.InterfaceError:  # the pool has taken the broken one back already
        return True
