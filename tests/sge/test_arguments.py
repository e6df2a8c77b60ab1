"""One word for one thing in all commands, and one answer to what is not there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from app.domain.ids import new_id
from schema.ids import IdPrefix, encode_id
from sge.cli import command_line, main
from tests.fixtures.databases import Database
from tests.sge.environment import complete_environment

ARGUMENTS = {"PROGRAM", "INTENT", "FILE", "FOLDER", "BACKUP", "ADDRESS", "NAME", "WEI"}
NOBODY = [
    ["reconcile", "nobody"],
    ["program", "resume-posting", "nobody", "--reason", "x"],
    ["program", "gas-budget", "nobody", "5"],
    ["program", "rebuild-rollups", "nobody"],
    ["audit", "verify", "--program", "nobody"],
    ["intent", "show", encode_id(IdPrefix.INTENT, new_id())],
]


def _parameters(command: Any) -> Iterator[Any]:
    """Of a command and all below it, as Typer's own copy of click has them."""
    yield from command.params
    for one in getattr(command, "commands", {}).values():
        yield from _parameters(one)


def test_arguments_have_one_word_for_one_thing() -> None:
    found = list(_parameters(typer.main.get_command(command_line())))
    arguments = [one for one in found if one.param_type_name == "argument"]
    assert {str(one.metavar) for one in arguments} == ARGUMENTS
    words = {(one.name, one.metavar) for one in found if one.metavar and one not in arguments}
    assert ("program", "PROGRAM") in words
    assert len(words) == len({name for name, _ in words})
    assert all(re.fullmatch("[A-Z]+", str(word)) for _, word in words)


@pytest.fixture
def _known_settings(
    database: Database, redis_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in complete_environment(database, redis_url).items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("_known_settings")
@pytest.mark.parametrize("arguments", NOBODY, ids=lambda arguments: " ".join(arguments[:2]))
def test_what_is_not_there_keeps_a_command_from_starting(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["sge", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("sge: there is no ")
    assert said.count("\n") == 1
