"""One connection: how it writes and reads numbers and documents, and whether it is still one."""

import json
from typing import Any

import asyncpg
import orjson


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


def is_lost(connection: asyncpg.Connection) -> bool:
    """Whether it was closed, by us or by the server."""
    try:
        return bool(connection.is_closed())
    except asyncpg.exceptions.InterfaceError:  # the pool has taken the broken one back already
        return True
