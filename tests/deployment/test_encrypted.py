"""Every connection that the deployment's secrets describe is encrypted, and the server's certificate is checked."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.checks.findings import Problem
from app.checks.redis import redis_answers
from app.store.database import Database as Pool
from app.store.database_login import LoginFailed
from sge.migrations import is_newest, upgrade
from tests.deployment.secrets import make_secrets
from tests.deployment.tls_server import tls_in_front
from tests.fixtures.databases import Database


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_secrets(tmp_path_factory.mktemp("deployment") / "secrets")


@pytest.fixture
async def postgres_port(database: Database, made: Path) -> AsyncIterator[int]:
    inner = database.cluster.address.port
    certificate, key = made / "postgres_certificate", made / "postgres_key"
    async with tls_in_front(inner, certificate, key, asks_first=True) as port:
        yield port


def encrypted(database: Database, role: str, host: str, port: int, authority: Path) -> str:
    """The role's address in this test's server, with the parameters of the deployment's."""
    address = urlsplit(database.dsn(role))
    given = f"sslmode=verify-full&sslrootcert={authority}"
    return f"postgresql://{role}:{address.password}@{host}:{port}{address.path}?{given}"


async def test_postgresql_by_processes_and_migrations(
    database: Database, made: Path, postgres_port: int
) -> None:
    url = encrypted(database, "sge_api", "localhost", postgres_port, made / "ca_certificate")
    pool = await Pool.connect(url, maximum=1)
    async with pool.read(None) as session:
        assert await session.connection.fetchval("SELECT 1") == 1
    await pool.close()
    owner = encrypted(database, "sge_owner", "localhost", postgres_port, made / "ca_certificate")
    await asyncio.to_thread(upgrade, owner)
    assert await asyncio.to_thread(is_newest, owner)


async def test_another_name_or_authority_is_refused(
    database: Database, made: Path, postgres_port: int, tmp_path: Path
) -> None:
    authority = made / "ca_certificate"
    with pytest.raises(LoginFailed):
        await Pool.connect(encrypted(database, "sge_api", "127.0.0.1", postgres_port, authority))
    other = make_secrets(tmp_path / "other") / "ca_certificate"
    with pytest.raises(LoginFailed):
        await Pool.connect(encrypted(database, "sge_api", "localhost", postgres_port, other))


async def test_redis(made: Path, redis_url: str, tmp_path: Path) -> None:
    address = urlsplit(redis_url)
    assert address.port is not None
    certificate, key = made / "redis_certificate", made / "redis_key"
    async with tls_in_front(address.port, certificate, key, asks_first=False) as port:
        url = f"rediss://:{address.password}@localhost:{port}/0?ssl_ca_certs="
        assert await redis_answers(f"{url}{made}/ca_certificate") == "answers"
        other = make_secrets(tmp_path / "other") / "ca_certificate"
        with pytest.raises(Problem):
            await redis_answers(f"{url}{other}")
