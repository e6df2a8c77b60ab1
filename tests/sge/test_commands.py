"""The command line against real servers."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sge.cli import command_line
from sge.embedded.anvil import CHAIN_ID, Anvil
from tests.fixtures.cluster import Cluster
from tests.fixtures.databases import Database, database_for_a_while

# The first account of anvil's published test mnemonic.
ANVIL_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def _away_from_any_dotenv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_migrate_brings_an_empty_database_to_the_newest(cluster: Cluster) -> None:
    with database_for_a_while(cluster, "template0") as empty:
        environment = {"SGE_DATABASE_OWNER_URL": empty.dsn()}
        assert RUNNER.invoke(command_line(), ["migrate", "--check"], env=environment).exit_code == 1
        assert RUNNER.invoke(command_line(), ["migrate"], env=environment).exit_code == 0
        assert RUNNER.invoke(command_line(), ["migrate", "--check"], env=environment).exit_code == 0


def test_contracts_deploy_prints_addresses_with_code(anvil: Anvil, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(f"{ANVIL_KEY}\n")
    done = RUNNER.invoke(
        command_line(), ["contracts", "deploy", "--rpc", anvil.url, "--key-file", str(key)]
    )
    assert done.exit_code == 0, done.output
    for address in json.loads(done.stdout).values():
        assert anvil.call("eth_getCode", address, "latest") != "0x"


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
        "SGE_DATABASE_API_URL": database.dsn("sge_api").replace(":", ":wrong", 2),
        "SGE_DATABASE_WORKER_URL": database.dsn("sge_api"),
        "SGE_REDIS_URL": redis_url,
        "SGE_CHAINS": json.dumps([chain]),
    }
    done = RUNNER.invoke(command_line(), ["doctor"], env=environment)
    assert done.exit_code == 1
    assert "✓ PostgreSQL as sge_owner: connects" in done.stdout
    assert "✗ PostgreSQL as sge_api: " in done.stdout
    assert "✗ PostgreSQL as sge_worker: the address names another role" in done.stdout
    assert "✓ migrations: all have run" in done.stdout
    assert "✓ Redis: answers" in done.stdout
    assert f"✗ chain {CHAIN_ID} at endpoint 1: there is no gateway contract" in done.stdout
    assert "✓ settings of sge migrate: complete" in done.stdout
    assert "✗ settings of sge worker: SGE_CHAINS: " in done.stdout


@pytest.mark.parametrize("version", ["2", "1"])
def test_doctor_compares_a_tokens_domain(anvil: Anvil, tmp_path: Path, version: str) -> None:
    key = tmp_path / "key"
    key.write_text(ANVIL_KEY)
    deploy = ["contracts", "deploy", "--rpc", anvil.url, "--key-file", str(key)]
    made = json.loads(RUNNER.invoke(command_line(), deploy).stdout)
    token = {"code": "USDC", "address": made["token"], "decimals": 6, "name": "USD Coin"}
    chain = {
        "chain_id": CHAIN_ID,
        "name": "anvil",
        "rpc_urls": [anvil.url],
        "gateway": made["gateway"],
        "tokens": [{**token, "version": version}],
    }
    done = RUNNER.invoke(command_line(), ["doctor"], env={"SGE_CHAINS": json.dumps([chain])})
    place = f"chain {CHAIN_ID} at endpoint 1"
    expected = {
        "2": f"✓ {place}: at block",
        "1": f"✗ {place}: USDC at {made['token']} has another EIP-712 domain",
    }
    assert expected[version] in done.stdout


def test_without_settings_a_command_names_them() -> None:
    done = RUNNER.invoke(command_line(), ["migrate"])
    assert "SGE_DATABASE_OWNER_URL" in str(done.exception)
