"""What the README and the messages tell people to type exists."""

import re
from typing import Any

import typer.main

from sge.cli import command_line
from sge.embedded.project import PROJECT

# In running text and in shell examples, up to the end of the code span or of the shell's command.
_IN_TEXT = re.compile(r"`(?:\.venv/bin/)?sge ([^`]*)`")
_IN_SHELL = re.compile(r"(?:^ *|\$\(|\.venv/bin/)sge ([^\n)>]*)", re.MULTILINE)
_FENCE = re.compile(r"```(?:sh)?\n(.*?)```", re.DOTALL)
_INDENTED = re.compile(r"^ {4}(?:\.venv/bin/)?sge ([^\n)>#]*)", re.MULTILINE)
# Begins what is hashed (docs/audit.md), and is nothing to type.
_TAG = "seal 1"
# Decisions are of their time: what they name may have another name by now.
SOURCES = sorted(
    {
        PROJECT / "README.md",
        PROJECT / "deploy" / "README.md",
        *PROJECT.glob("docs/*.md"),
        *PROJECT.glob("docs/runbook/*.md"),
        *PROJECT.glob("app/**/*.py"),
        *PROJECT.glob("sge/**/*.py"),
    }
)


def told_to_type(text: str) -> list[str]:
    shell = [block.replace("\\\n", " ") for block in _FENCE.findall(text)]
    return (
        _IN_TEXT.findall(text)
        + _INDENTED.findall(_FENCE.sub("", text))
        + [line for block in shell for line in _IN_SHELL.findall(block)]
    )


def is_known(line: str, sge: Any) -> bool:
    """Subcommands one after the other, then options of the last one."""
    command = sge
    for word in line.split():
        if word.startswith("--"):
            known = {name for one in command.params for name in one.opts + one.secondary_opts}
            if word.split("=")[0] not in known | {"--help"}:
                return False
        elif hasattr(command, "commands") and re.fullmatch(r"[a-z-]+(\|[a-z-]+)*", word):
            names = word.split("|")
            if not all(name in command.commands for name in names):
                return False
            command = command.commands[names[0]]
    return True


def test_every_command_that_is_named_exists() -> None:
    sge = typer.main.get_command(command_line())
    unknown = [
        f"{source.relative_to(PROJECT)}: sge {line}"
        for source in SOURCES
        for line in told_to_type(source.read_text(encoding="utf-8"))
        if line != _TAG and not is_known(line, sge)
    ]
    assert unknown == []
    assert not is_known("contracts allow-relayers", sge)
    assert not is_known("contracts allow-relayer --no-such", sge)
    indented = (
        "As here:\n\n    sge reconciles acme --full\n\n1. x\n\n   ```sh\n   sge nothing\n   ```\n"
    )
    assert told_to_type(indented) == ["reconciles acme --full", "nothing"]


def test_the_readme_tells_how_to_run_it_for_real() -> None:
    lines = told_to_type((PROJECT / "README.md").read_text(encoding="utf-8"))
    for command in ("migrate", "contracts deploy", "contracts allow-relayer", "operator create"):
        assert any(line.startswith(command) for line in lines), command
