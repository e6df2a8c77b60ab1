"""`sge contracts`: looks before it spends gas, and prints what the settings need."""

import json
from pathlib import Path
from typing import Any

import pytest
from dotenv import dotenv_values
from typer.testing import CliRunner, Result

from app.chain.address import parse_address
from sge.cli import command_line
from sge.embedded.anvil import CHAIN_ID, Anvil
from sge.failures import CannotStart
from tests.sge.test_commands import ANVIL_KEY

RELAYER = "0x" + "5" * 40
NEW_KEY = "0x" + "7" * 64


@pytest.fixture(autouse=True)
def _away_from_any_dotenv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def contracts(anvil: Anvil, folder: Path, *arguments: str, key: str = ANVIL_KEY) -> Result:
    file = folder / "key"
    file.write_text(f"{key}\n")
    command, *rest = arguments
    line = ["contracts", command, "--rpc", anvil.url, "--key-file", str(file), *rest]
    if command == "deploy":
        line += ["--save", str(folder / "contracts.json")]
    return CliRunner().invoke(command_line(), line)


def deployed(anvil: Anvil, folder: Path, *arguments: str) -> list[dict[str, Any]]:
    """SGE_CHAINS, read back as a process would."""
    done = contracts(anvil, folder, "deploy", *arguments)
    assert done.exit_code == 0, done.output + repr(done.exception)
    (folder / "printed").write_text(done.stdout)
    text = dotenv_values(folder / "printed")["SGE_CHAINS"]
    assert text is not None
    return list(json.loads(text))


def refusal(done: Result) -> str:
    assert isinstance(done.exception, CannotStart), repr(done.exception)
    return str(done.exception)


def test_deploy_prints_complete_settings(anvil: Anvil, tmp_path: Path) -> None:
    (chain,) = deployed(anvil, tmp_path, "--relayer", RELAYER, "--confirmations", "2")
    assert chain["chain_id"] == CHAIN_ID
    assert chain["confirmations"] == 2
    (token,) = chain["tokens"]
    assert {**token, "address": ""} == {
        "code": "USDC",
        "address": "",
        "decimals": 6,
        "name": "USD Coin",
        "version": "2",
    }
    noted = json.loads((tmp_path / "contracts.json").read_text())
    assert noted["gateway"] == chain["gateway"]
    for address in noted.values():
        assert anvil.call("eth_getCode", address, "latest") != "0x"
    environment = {"SGE_CHAINS": json.dumps([chain])}
    told = CliRunner().invoke(command_line(), ["doctor"], env=environment).stdout
    assert f"✓ chain {CHAIN_ID} at endpoint 1" in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--relayer", "0x12"], "--relayer: 0x12: an address is"),
        (["--token", "nonsense"], "--token: nonsense: an address is"),
        (["--token", RELAYER], f"--token: there is no contract at {RELAYER}"),
        (["--code", "usd"], "--code: 3 to 10 capital letters"),
    ],
)
def test_nothing_is_sent_with_a_wrong_option(
    anvil: Anvil, tmp_path: Path, arguments: list[str], said: str
) -> None:
    before = anvil.call("eth_blockNumber")
    assert said in refusal(contracts(anvil, tmp_path, "deploy", *arguments))
    assert anvil.call("eth_blockNumber") == before


def test_a_key_without_gas_or_none_at_all_is_named(anvil: Anvil, tmp_path: Path) -> None:
    said = refusal(contracts(anvil, tmp_path, "deploy", key=NEW_KEY))
    assert "--key-file: 0x" in said
    assert "for gas first" in said
    said = refusal(contracts(anvil, tmp_path, "deploy", key="hidden words"))
    assert "is not 64 hexadecimal digits" in said
    assert "hidden" not in said


def test_a_node_that_is_away_is_named(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(ANVIL_KEY)
    line = ["contracts", "deploy", "--rpc", "http://127.0.0.1:1", "--key-file", "key"]
    assert refusal(CliRunner().invoke(command_line(), line)).startswith("--rpc: 127.0.0.1:1: ")


def test_the_chains_own_token_has_to_be_held(anvil: Anvil, tmp_path: Path) -> None:
    (chain,) = deployed(anvil, tmp_path)
    token = chain["tokens"][0]["address"]
    said = refusal(contracts(anvil, tmp_path, "deploy", "--token", token))
    assert "owns no USDC; send it one smallest unit" in said


def test_relayers_are_allowed_and_forbidden_by_the_owner(anvil: Anvil, tmp_path: Path) -> None:
    (chain,) = deployed(anvil, tmp_path)
    line = ["allow-relayer", RELAYER, "--gateway", chain["gateway"]]
    done = contracts(anvil, tmp_path, *line)
    assert done.stdout == f"{parse_address(RELAYER)} is allowed at the gateway\n"
    before = anvil.call("eth_blockNumber")
    assert contracts(anvil, tmp_path, *line).exit_code == 0
    assert anvil.call("eth_blockNumber") == before
    assert "not allowed" in contracts(anvil, tmp_path, *line, "--forbid").stdout
    anvil.call("anvil_setBalance", parse_address("0x" + "6" * 40), hex(10**18))
    said = refusal(contracts(anvil, tmp_path, *line, key=NEW_KEY))
    assert "--key-file: the gateway belongs to" in said


def test_a_safe_is_created_once(anvil: Anvil, tmp_path: Path) -> None:
    deployed(anvil, tmp_path)
    noted = str(tmp_path / "contracts.json")
    line = ["create-safe", "--contracts", noted, "--threshold", "2"]
    for digit in "123":
        line += ["--owner", "0x" + digit * 40]
    made = contracts(anvil, tmp_path, *line)
    assert anvil.call("eth_getCode", made.stdout.strip(), "latest") != "0x", made.output
    assert contracts(anvil, tmp_path, *line).stdout == made.stdout
    assert contracts(anvil, tmp_path, *line, "--number", "1").stdout != made.stdout
    line[4] = "4"
    assert "there are 3 owners" in refusal(contracts(anvil, tmp_path, *line))


def test_without_a_note_safes_own_contracts_are_looked_for(anvil: Anvil, tmp_path: Path) -> None:
    line = ["create-safe", "--owner", RELAYER, "--threshold", "1"]
    said = refusal(contracts(anvil, tmp_path, *line, "--contracts", str(tmp_path / "key")))
    assert "is not what `sge contracts deploy` writes" in said
