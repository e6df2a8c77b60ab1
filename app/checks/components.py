"""What people see of the parts of one API process: each says a detail of itself, or raises."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from app.bus.bells import RedisBells
from app.chain.client import Chain
from app.store.database import Database


def components(
    database: Database, bells: RedisBells, chains: Mapping[int, Chain]
) -> dict[str, Callable[[], Awaitable[str]]]:
    """Checks by name; each gives a detail in words or raises."""
    checks: dict[str, Callable[[], Awaitable[str]]] = {
        "postgresql": partial(_database, database),
        "redis": partial(_redis, bells),
    }
    for chain_id, chain in chains.items():
        checks[f"chain {chain_id}"] = partial(_chain, chain)
    return checks


async def _database(database: Database) -> str:
    async with database.read(None) as session:
        version = await session.connection.fetchval("SHOW server_version")
    return f"PostgreSQL {version}"


async def _redis(bells: RedisBells) -> str:
    await bells.ping()
    return "answers"


async def _chain(chain: Chain) -> str:
    return f"at block {await chain.block_number()}"
