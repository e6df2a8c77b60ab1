"""Connections as each login role, and a program to work on."""

import itertools
from collections.abc import AsyncIterator

import asyncpg
import pytest

from app.store.database import Database as Pool
from tests.fixtures.databases import Database
from tests.storage.seeds import SeededProgram, add_program
from tests.storage.vault import Vault

_NUMBERS = itertools.count(1)


@pytest.fixture
def database(module_database: Database) -> Database:
    """One database for a module's tests: they keep apart by program."""
    return module_database


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the table owner."""
    connection = await asyncpg.connect(database.dsn())
    yield connection
    await connection.close()


@pytest.fixture
async def program(owner: asyncpg.Connection) -> SeededProgram:
    return await add_program(owner, f"alpha-{next(_NUMBERS)}")


@pytest.fixture
async def other_program(owner: asyncpg.Connection, program: SeededProgram) -> SeededProgram:  # noqa: ARG001  made first
    return await add_program(owner, f"beta-{next(_NUMBERS)}")


@pytest.fixture
async def worker(database: Database) -> AsyncIterator[Pool]:
    """A pool of sge_worker."""
    pool = await Pool.connect(database.dsn("sge_worker"), maximum=6)
    yield pool
    await pool.close()


@pytest.fixture
async def api(database: Database) -> AsyncIterator[Pool]:
    """A pool of sge_api."""
    pool = await Pool.connect(database.dsn("sge_api"), maximum=4)
    yield pool
    await pool.close()


@pytest.fixture
async def feed(database: Database) -> AsyncIterator[Pool]:
    """A pool of sge_feed."""
    pool = await Pool.connect(database.dsn("sge_feed"), maximum=4)
    yield pool
    await pool.close()


@pytest.fixture
async def vault(owner: asyncpg.Connection, worker: Pool, program: SeededProgram) -> Vault:
    """A program with a treasury, whose affiliates earn what a test says."""
    return await Vault(owner, worker, program).open()
