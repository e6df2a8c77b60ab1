"""`sge doctor` names the variable and the remedy of whatever is wrong."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sge.cli import command_line
from sge.embedded.anvil import CHAIN_ID, Anvil
from tests.chain.conftest import GatewayChain
from tests.fixtures.databases import Database
from tests.sge.environment import complete_environment
from tests.sge.test_contracts import deployed

RUNNER = CliRunner()
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def _away_from_any_dotenv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_doctor_says_what_is_right_and_what_is_not(
    database: Database, redis_url: str, anvil: Anvil
) -> None:
    chain = {
        "chain_id": CHAIN_ID,
        "name": "anvil",
        "rpc_urls": [anvil.url],
        "gateway": "0x" + "1" * 40,
        "tokens": [
            {"code": "USDC", "address": "0x" + "3" * 40, "decimals": 6, "name": "a", "version": "2"}
        ],
    }
    environment = {
        "SGE_DATABASE_OWNER_URL": database.dsn("sge_owner"),
        "SGE_DATABASE_API_URL": database.dsn("sge_api").replace("sge_api:", "sge_api:wrong"),
        "SGE_DATABASE_WORKER_URL": database.dsn("sge_api"),
        "SGE_REDIS_URL": redis_url,
        "SGE_CHAINS": json.dumps([chain]),
    }
    done = RUNNER.invoke(command_line(), ["doctor"], env=environment)
    assert done.exit_code == 1
    assert "✓ PostgreSQL as sge_owner: connects" in done.stdout
    assert "✗ PostgreSQL as sge_api: SGE_DATABASE_API_URL: password authentication" in done.stdout
    assert "as migrations/bootstrap.sql has set it" in done.stdout
    assert (
        "✗ PostgreSQL as sge_worker: SGE_DATABASE_WORKER_URL: names another role; "
        "it has to be sge_worker" in done.stdout
    )
    assert "✓ migrations: all have run" in done.stdout
    assert "✓ Redis: answers" in done.stdout
    assert f"✗ chain {CHAIN_ID} at endpoint 1: SGE_CHAINS[0].gateway: there is no" in done.stdout
    assert "✓ settings of sge migrate: complete" in done.stdout
    assert "✗ settings of sge worker: SGE_CHAINS: " in done.stdout


@pytest.mark.parametrize("version", ["2", "1"])
def test_doctor_compares_a_tokens_domain(anvil: Anvil, tmp_path: Path, version: str) -> None:
    (chain,) = deployed(anvil, tmp_path)
    (token,) = chain["tokens"]
    chain["tokens"] = [{**token, "version": version}]
    done = RUNNER.invoke(command_line(), ["doctor"], env={"SGE_CHAINS": json.dumps([chain])})
    place = f"chain {CHAIN_ID} at endpoint 1"
    expected = {
        "2": f"✓ {place}: at block",
        "1": f"✗ {place}: SGE_CHAINS[0].tokens[0].version: USDC at {token['address']} has another "
        'EIP-712 domain; it has to be "2"',
    }
    assert expected[version] in done.stdout


def told(environment: dict[str, str], *arguments: str) -> Result:
    return RUNNER.invoke(command_line(), ["doctor", *arguments], env=environment)


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        ({"SGE_RELAYER_KEYS": "0x12"}, "SGE_RELAYER_KEYS: key 1 of 1 is not 64 hexadecimal digits"),
        ({"SGE_RELAYER_KEYS": "hello"}, "SGE_RELAYER_KEYS: key 1 of 1 is not 64 hexadecimal"),
        ({"SGE_RELAYER_KEYS": "0" * 64}, "SGE_RELAYER_KEYS: key 1 of 1 is no private key"),
        ({"SGE_RELAYER_KEYS_FILE": "/nope"}, "SGE_RELAYER_KEYS_FILE: /nope: No such file"),
        (
            {"SGE_DATABASE_WORKER_URL": "nonsense"},
            "SGE_DATABASE_WORKER_URL: is not a postgresql://",
        ),
        ({"SGE_REDIS_URL": "nonsense"}, "SGE_REDIS_URL: is not a redis://"),
    ],
)
def test_a_wrong_value_is_named_without_being_shown(variables: dict[str, str], line: str) -> None:
    done = told(variables)
    assert done.exit_code == 1
    assert line in done.stdout, done.stdout
    for value in variables.values():
        assert value == "/nope" or value not in done.stdout


def test_each_missing_setting_has_a_line_of_its_own() -> None:
    lines = told({}, "--process", "api").stdout.splitlines()
    assert [line.split(":")[0].strip() for line in lines[1:6]] == [
        "SGE_DATABASE_FEED_URL",
        "SGE_REDIS_URL",
        "SGE_CHAINS",
        "SGE_SECRET_KEY",
        "SGE_ENCRYPTION_KEY",
    ]
    assert all("sge worker" not in line for line in lines)


def test_servers_that_are_away_are_named(database: Database) -> None:
    environment = complete_environment(database, "redis://127.0.0.1:1", NOWHERE)
    away = "postgresql://sge_api:hidden@127.0.0.1:1/sge"
    done = told(environment | {"SGE_DATABASE_API_URL": away})
    assert "SGE_DATABASE_API_URL: Connection refused" in done.stdout
    assert "is PostgreSQL running at that host and port?" in done.stdout
    assert "✗ Redis: SGE_REDIS_URL: " in done.stdout
    assert (
        f"✗ chain {CHAIN_ID} at endpoint 1: SGE_CHAINS[0].rpc_urls[0]: 127.0.0.1:1" in done.stdout
    )
    assert "hidden" not in done.stdout
    assert done.stdout.startswith("✓ settings of sge api: complete")
    marks = ("✓", "✗", "    ")
    assert [line for line in done.stdout.splitlines() if not line.startswith(marks)] == []


def test_only_what_a_process_uses_is_looked_at(database: Database) -> None:
    environment = complete_environment(database, "redis://127.0.0.1:1", NOWHERE)
    checked = {
        process: [
            line[2:].partition(":")[0]
            for line in told(environment, "--process", process).stdout.splitlines()
            if not line.startswith("    ")
        ]
        for process in ("scheduler", "migrate")
    }
    assert checked["scheduler"] == [
        "settings of sge scheduler",
        "PostgreSQL as sge_worker",
        "pooler",
        "PostgreSQL's tables",
        "clock",
        "PostgreSQL's disk",
        "Redis",
        "Redis keeps jobs",
    ]
    assert checked["migrate"] == [
        "settings of sge migrate",
        "PostgreSQL as sge_owner",
        "migrations",
    ]


def test_another_chain_is_named(anvil: Anvil) -> None:
    token = {"code": "USD", "address": "0x" + "3" * 40, "decimals": 6, "name": "a", "version": "2"}
    chain = {"chain_id": 5, "name": "five", "rpc_urls": [anvil.url], "tokens": [token]}
    done = told({"SGE_CHAINS": json.dumps([chain])})
    assert f"SGE_CHAINS[0].rpc_urls[0]: {anvil.url[7:]} is chain {CHAIN_ID}, not 5" in done.stdout


def test_relayers_are_asked_about(chain: GatewayChain, database: Database) -> None:
    deployment = chain.deployment
    environment = complete_environment(database, "redis://127.0.0.1:1", chain.node.url)
    (settings,) = json.loads(environment["SGE_CHAINS"])
    settings |= {"gateway": deployment.gateway, "identity": deployment.identity}
    told_ = told(environment | {"SGE_CHAINS": json.dumps([settings])}).stdout
    assert "✗ relayer 0x" in told_
    assert "does not allow 0x" in told_
    assert "sge contracts allow-relayer 0x" in told_
    assert "for gas; send it some" in told_
