"""make-secrets makes exactly what docker-compose.yml mounts; every process reads its own of them; nothing is overwritten."""

import stat
from pathlib import Path

import pytest
from dotenv import dotenv_values

from app.settings import load_settings
from sge.embedded.project import PROJECT
from tests.deployment.compose import SECRETS, composition, environment, processes
from tests.deployment.secrets import make_secrets


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    chains = dotenv_values(PROJECT / ".env.example")["SGE_CHAINS"] or ""
    return make_secrets(tmp_path_factory.mktemp("deployment") / "secrets", chains)


def test_they_are_those_that_are_mounted(made: Path) -> None:
    names = {Path(each["file"]).name for each in composition()["secrets"].values()}
    assert {file.name for file in made.iterdir()} == names
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o444 for file in made.iterdir())


def test_a_second_run_changes_nothing(made: Path) -> None:
    before = {file.name: file.read_bytes() for file in made.iterdir()}
    make_secrets(made)
    assert {file.name: file.read_bytes() for file in made.iterdir()} == before
    passwords = [text for name, text in before.items() if name.endswith("_password")]
    assert len(set(passwords)) == len(passwords)


@pytest.mark.parametrize("name", sorted(processes()))
def test_a_process_has_all_that_it_needs(
    made: Path, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in dotenv_values(PROJECT / ".env.example"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in environment(processes()[name]).items():
        monkeypatch.setenv(variable, value.replace(SECRETS, f"{made}/"))
    command = processes()[name]["command"]
    whole = "worker --queue webhooks" if name == "webhooks" else command[0]
    assert load_settings().mistakes_for(whole) == []
