"""`sge program resume-posting` and `gas-budget`: what only the platform's people do to a program."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeVar

import typer

from app.domain.errors import Refusal
from app.runtime import Runtime
from app.services.execute import execute
from app.services.intents.gas_budget import set_gas_budget
from app.services.settlement.resume_posting import resume_posting
from app.settings import Settings, load_settings
from app.settings.needs import Command
from sge.session import Program, named_program, opened_runtime

Result = TypeVar("Result")

_ACTOR = "operator:cli"


def resume(
    slug: Program,
    *,
    reason: Annotated[str, typer.Option(metavar="WHY", help="For the audit trail.")],
) -> None:
    """Let postings go on that a refusal or a deep reorganisation stopped; resume the program itself after that."""
    stopped = _run(lambda: _resume(_settings("program resume-posting"), slug, reason))
    typer.echo(f"it was stopped: {stopped}" if stopped else "its postings were not stopped")


def budget(
    slug: Program,
    wei: Annotated[
        int | None, typer.Argument(metavar="WEI", min=1, help="A day; none without.")
    ] = None,
) -> None:
    """Bound what a program's transactions may cost each UTC day; work above it waits for the next day."""
    _run(lambda: _budget(_settings("program gas-budget"), slug, wei))
    typer.echo("no budget" if wei is None else f"{wei} wei a day")


def _settings(command: Command) -> Settings:
    return load_settings().require_for(command)


def _run(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    try:
        return asyncio.run(work())
    except Refusal as refusal:
        typer.echo(f"{refusal.code}: {refusal.message}", err=True)
        raise typer.Exit(1) from None


async def _named(runtime: Runtime, slug: str) -> int:
    async with runtime.database.read(None) as session:
        return await named_program(session, slug)


async def _resume(settings: Settings, slug: str, reason: str) -> str | None:
    async with opened_runtime(settings, "worker") as runtime:
        program_id, now = await _named(runtime, slug), runtime.clock()
        return await execute(
            runtime.database,
            runtime.bells,
            program_id,
            lambda unit: resume_posting(unit, program_id, _ACTOR, reason, now),
        )


async def _budget(settings: Settings, slug: str, wei: int | None) -> None:
    async with opened_runtime(settings, "worker") as runtime:
        program_id, now = await _named(runtime, slug), runtime.clock()
        await execute(
            runtime.database,
            runtime.bells,
            program_id,
            lambda unit: set_gas_budget(unit, program_id, _ACTOR, wei, now),
        )
