"""A command that cannot start says in one line which setting is wrong, and ends with exit code 2."""

import json
import os
import re
import socket
from pathlib import Path

import pytest

from sge.embedded.anvil import Anvil
from tests.fixtures.cluster import Cluster
from tests.fixtures.databases import Database, database_for_a_while
from tests.fixtures.forked import end_of
from tests.sge.environment import complete_environment

DEADLINE_SECONDS = 60


def refused(folder: Path, environment: dict[str, str], *arguments: str) -> str:
    """What a real process wrote before it ended."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SGE_")}
    code, told = end_of(folder, inherited | environment, *arguments, seconds=DEADLINE_SECONDS)
    assert code == 2, told
    assert "Traceback" not in told
    return told


@pytest.fixture
def environment(database: Database, redis_url: str) -> dict[str, str]:
    return complete_environment(database, redis_url)


@pytest.mark.parametrize(
    ("command", "variable", "value", "said"),
    [
        ("api", "SGE_DATABASE_API_URL", "wrong password", "password authentication failed"),
        ("api", "SGE_DATABASE_FEED_URL", "wrong password", "password authentication failed"),
        ("worker", "SGE_DATABASE_WORKER_URL", "wrong password", "password authentication failed"),
        ("scheduler", "SGE_DATABASE_WORKER_URL", "away", "Connection refused"),
        ("migrate", "SGE_DATABASE_OWNER_URL", "wrong password", "password authentication failed"),
        ("migrate", "SGE_DATABASE_OWNER_URL", "nonsense", "is not a postgresql:// address"),
        ("worker", "SGE_DATABASE_WORKER_URL", "unescaped", "the address cannot be read"),
        ("worker", "SGE_RELAYER_KEYS", "0x12", "key 1 of 1 is not 64 hexadecimal digits"),
        ("ledger verify", "SGE_DATABASE_WORKER_URL", "away", "Connection refused"),
    ],
)
def test_the_variable_is_named(
    tmp_path: Path,
    environment: dict[str, str],
    *,
    command: str,
    variable: str,
    value: str,
    said: str,
) -> None:
    right = environment[variable]
    wrong = {
        "wrong password": re.sub("(://[a-z_]+:)", r"\1secret-word", right),
        "away": "postgresql://sge_x:secret-word@127.0.0.1:1/sge",
        "unescaped": "postgresql://sge_worker:secret-word/x@127.0.0.1:1/sge",
    }
    environment[variable] = wrong.get(value, value)
    output = refused(tmp_path, environment, *command.split())
    assert f"{variable}: " in output
    assert said in output
    assert "secret-word" not in output
    assert len(output.splitlines()) <= 2


def test_a_busy_port_is_named(tmp_path: Path, environment: dict[str, str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        output = refused(tmp_path, environment | {"SGE_API_PORT": str(port)}, "api")
    assert f"SGE_API_PORT: cannot listen at 127.0.0.1 port {port}: Address already in use" in output


def test_a_worker_refuses_nodes_of_another_chain(
    tmp_path: Path, environment: dict[str, str], anvil: Anvil
) -> None:
    (chain,) = json.loads(environment["SGE_CHAINS"])
    chain |= {"chain_id": 5, "rpc_urls": [anvil.url]}
    output = refused(tmp_path, environment | {"SGE_CHAINS": json.dumps([chain])}, "worker")
    assert "SGE_CHAINS[0].rpc_urls[0]: " in output
    assert "is chain 31337, not 5" in output


def test_a_database_without_tables_is_named(
    tmp_path: Path, environment: dict[str, str], cluster: Cluster
) -> None:
    with database_for_a_while(cluster, "template0") as empty:
        names = {"SGE_DATABASE_WORKER_URL": empty.dsn("sge_owner")}
        output = refused(tmp_path, environment | names, "scheduler")
    assert "SGE_DATABASE_WORKER_URL: the database's tables are missing" in output
    assert "run `sge migrate`" in output
