"""Every alert has its page, and what the pages say can be done."""

import re
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import typer.main
from graphql import build_schema, parse, validate

from sge.cli import command_line
from sge.embedded.project import PROJECT
from tests.fixtures.databases import Database
from tests.project.test_prometheus import RULES, alert_names

FOLDER = Path(PROJECT, "docs/runbook")
PAGES = {file.stem: file.read_text() for file in FOLDER.glob("*.md") if file.stem != "README"}
_BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
_COMMAND = re.compile(r"`sge ([^`]+)`")


def _blocks(language: str) -> list[tuple[str, str]]:
    return [
        (name, text)
        for name, page in PAGES.items()
        for found, text in _BLOCK.findall(page)
        if found == language
    ]


def test_every_alert_has_a_page_and_every_page_an_alert() -> None:
    assert set(PAGES) == alert_names()
    assert set(re.findall(r"runbook: docs/runbook/(\w+)\.md", RULES.read_text())) == set(PAGES)
    index = (FOLDER / "README.md").read_text()
    assert re.findall(r"\[(\w+)\]\(\1\.md\)", index) == sorted(PAGES)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_says_what_it_means_how_to_look_and_what_to_do(name: str) -> None:
    page = PAGES[name]
    assert page.startswith(f"# {name}\n")
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == ["How to look", "What to do"]
    for linked in re.findall(r"\]\((\w+)\.md\)", page):
        assert linked in PAGES


def test_commands_on_the_pages_exist_with_their_options() -> None:
    root = typer.main.get_command(command_line())
    for page in PAGES.values():
        for text in _COMMAND.findall(page):
            _check(root, text.split())


def _check(command: Any, words: list[str]) -> None:
    rest = list(words)
    while hasattr(command, "commands"):
        assert rest, words
        assert rest[0] in command.commands, words
        command = command.commands[rest.pop(0)]
    options = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    assert {word for word in rest if word.startswith("--")} <= options, words


def test_make_targets_on_the_pages_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", Path(PROJECT, "Makefile").read_text(), re.MULTILINE))
    for page in PAGES.values():
        assert set(re.findall(r"`make ([a-z-]+)", page)) <= targets


@pytest.mark.parametrize(("name", "document"), _blocks("graphql"))
def test_mutations_on_the_pages_are_ones(name: str, document: str) -> None:
    schema = build_schema(Path(PROJECT, "schema/schema.graphql").read_text())
    assert validate(schema, parse(document)) == [], name


async def test_queries_on_the_pages_run_in_the_workers_role(database: Database) -> None:
    connection = await asyncpg.connect(database.dsn("sge_worker"))
    for name, query in _blocks("sql"):
        try:
            await connection.fetch(query)
        except asyncpg.PostgresError as problem:
            pytest.fail(f"{name}: {problem}\n{query}")
    await connection.close()
    assert len(_blocks("sql")) > 15
