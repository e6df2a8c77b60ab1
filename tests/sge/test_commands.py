"""The command line against real servers."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sge.cli import command_line
from tests.fixtures.cluster import Cluster
from tests.fixtures.databases import database_for_a_while

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


def test_without_settings_a_command_names_them() -> None:
    done = RUNNER.invoke(command_line(), ["migrate"])
    assert "SGE_DATABASE_OWNER_URL" in str(done.exception)
