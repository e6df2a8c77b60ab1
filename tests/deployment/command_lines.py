"""Whether `sge` takes a command line, and what that process has to be told."""

import typer.main
from click.testing import CliRunner

from app.settings.needs import NEEDS
from sge.cli import command_line


def parses(arguments: list[str]) -> str | None:
    """None when the real command line takes these arguments, else what it says about them."""
    command = typer.main.get_command(command_line())
    done = CliRunner().invoke(command, [*arguments, "--help"])
    if done.exit_code != 0:
        return done.output
    context = command.make_context("sge", list(arguments), resilient_parsing=False)
    while arguments and hasattr(command, "commands"):
        name, *arguments = arguments
        command = command.commands[name]
        context = command.make_context(
            name, list(arguments), parent=context, resilient_parsing=True
        )
    known = {one for parameter in command.params for one in parameter.opts}
    foreign = [word for word in arguments if word.startswith("-") and word not in known]
    return f"unknown: {foreign}" if foreign else None


def needs(arguments: list[str]) -> set[str]:
    """The variables that this command cannot start without."""
    line = " ".join(arguments)
    command = line if line in NEEDS else arguments[0]
    return {f"SGE_{name.upper()}" for name in NEEDS[command]}  # type: ignore[index]


def told(variables: set[str]) -> set[str]:
    """The settings that these variables set: a secret from a file is set by NAME_FILE."""
    return {name.removesuffix("_FILE") for name in variables}
