"""`sge program create` reads the treasury on its chain, like the API."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.chain.address import parse_address
from app.chain.deploy import create_safe, deploy_contracts
from app.domain.errors import Refusal
from schema.ids import IdPrefix, decode_id
from sge.cli import command_line
from sge.embedded.anvil import Anvil
from tests.fixtures.databases import Database
from tests.sge.environment import complete_environment
from tests.sge.test_commands import ANVIL_KEY


@pytest.fixture(autouse=True)
def _away_from_any_dotenv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def environment(database: Database, redis_url: str, anvil: Anvil) -> dict[str, str]:
    """Settings that name contracts which are there."""
    deployment = asyncio.run(deploy_contracts(anvil.url, ANVIL_KEY))
    safe = asyncio.run(
        create_safe(
            anvil.url,
            ANVIL_KEY,
            deployment,
            [parse_address(owner) for owner in anvil.call("eth_accounts")[1:4]],
            threshold=2,
            salt_nonce=1,
        )
    )
    settings = complete_environment(database, redis_url, anvil.url)
    (chain,) = json.loads(settings["SGE_CHAINS"])
    chain |= {
        "gateway": deployment.gateway,
        "identity": deployment.identity,
        "multisend": deployment.multisend,
    }
    chain["tokens"][0] |= {"address": deployment.token, "name": "USD Coin"}
    return settings | {"SGE_CHAINS": json.dumps([chain]), "TREASURY": safe}


def arguments(treasury: str) -> list[str]:
    line = ["program", "create", "aurora", "--name", "Aurora", "--treasury", treasury]
    line += ["--chain", "31337", "--currency", "USD", "--test"]
    return [*line, "--commission-bps", "1000", "--commission-bps", "500"]


def test_a_program_is_created_once(environment: dict[str, str], anvil: Anvil) -> None:
    anvil.call("anvil_mine", "0x5")
    line = arguments(environment["TREASURY"])
    first = CliRunner().invoke(command_line(), line, env=environment)
    assert first.exit_code == 0, first.output + str(first.exception)
    assert decode_id(IdPrefix.PROGRAM, first.stdout.strip()) is not None
    again = CliRunner().invoke(command_line(), line, env=environment)
    assert again.stdout == first.stdout


def test_a_treasury_that_is_no_safe_is_refused(environment: dict[str, str], anvil: Anvil) -> None:
    (stranger, *_) = anvil.call("eth_accounts")
    refused = CliRunner().invoke(command_line(), arguments(stranger), env=environment)
    assert isinstance(refused.exception, Refusal)
    assert refused.exception.code == "NOT_A_SAFE"
