"""`sge schema export|check`: the SDL that clients generate their types from."""

import typer

from schema.build import SDL_FILE, sdl

schema = typer.Typer(no_args_is_help=True)


@schema.callback()
def _group() -> None:
    """The GraphQL schema."""


@schema.command()
def export() -> None:
    """Write schema/schema.graphql from the code."""
    SDL_FILE.write_text(sdl(), encoding="utf-8")
    typer.echo(f"wrote {SDL_FILE.name}")


@schema.command()
def check() -> None:
    """Compare schema/schema.graphql with the code; exit code 1 when they differ."""
    if SDL_FILE.read_text(encoding="utf-8") != sdl():
        typer.echo("schema/schema.graphql is not what the code exports: run `sge schema export`")
        raise typer.Exit(1)
    typer.echo("schema/schema.graphql is what the code exports")
