"""`sge intent show|retry`: one intent, for operators."""

import asyncio
from typing import Annotated
from uuid import UUID

import typer

from app.domain.errors import Refusal
from app.domain.permissions import operator_authority
from app.runtime import Runtime
from app.services.execute import execute
from app.services.intents import retry_intent
from app.settings import Settings, load_settings
from app.store.reads import intent_history
from app.store.reads import intents as reads
from schema.ids import IdPrefix, decode_id
from sge.session import opened_runtime

intent = typer.Typer(no_args_is_help=True)
_Id = Annotated[str, typer.Argument(metavar="ID", help="As the API shows it: int_…")]


@intent.callback()
def _group() -> None:
    """Intents of any program."""


@intent.command()
def show(id_: _Id) -> None:
    """Print an intent with its timeline and every try at the chain."""
    for line in asyncio.run(_show(_settings(), _uuid(id_))):
        typer.echo(line)


@intent.command()
def retry(id_: _Id, reason: Annotated[str, typer.Option(help="For the audit trail.")]) -> None:
    """Put a FAILED intent back to PENDING when it may be tried again."""
    try:
        asyncio.run(_retry(_settings(), _uuid(id_), reason))
    except Refusal as refusal:
        typer.echo(f"{refusal.code}: {refusal.message}", err=True)
        raise typer.Exit(1) from None
    typer.echo("the intent is tried again, or was not FAILED: see `sge intent show`")


def _settings() -> Settings:
    return load_settings().require_for("worker")


def _uuid(text: str) -> UUID:
    id_ = decode_id(IdPrefix.INTENT, text)
    if id_ is None:
        raise typer.BadParameter("an intent's id is int_ and 26 characters")
    return id_


async def _program_of(runtime: Runtime, id_: UUID) -> int:
    async with runtime.database.read(None) as session:
        program_key = await reads.program_of(session, id_)
    if program_key is None:
        raise typer.BadParameter("there is no such intent")
    return program_key


async def _show(settings: Settings, id_: UUID) -> list[str]:
    async with opened_runtime(settings, "worker") as runtime:
        program_key = await _program_of(runtime, id_)
        async with runtime.database.read(program_key) as session:
            (row,) = await reads.by_ids(session, [id_])
            (timeline,) = await intent_history.transitions(session, [id_])
            (attempts,) = await intent_history.attempts(session, [id_])
    assert row is not None
    amount = f"{row.amount.amount} {row.amount.currency}" if row.amount else "no amount"
    lines = [f"{row.kind} {row.status} {row.stage}, {amount}, wallet {row.wallet}"]
    if row.failure:
        lines.append(f"failure: {row.failure.code}: {row.failure.message}")
    lines += [
        f"{step.at:%Y-%m-%d %H:%M:%S} {step.to} {step.stage} by {step.actor} {step.reason or ''}"
        for step in timeline
    ]
    for attempt in attempts:
        ending = attempt.failure.message if attempt.failure else attempt.finished_at or "under way"
        lines.append(
            f"try {attempt.number}: {attempt.chain_transaction_id or 'not sent'}: {ending}"
        )
    return lines


async def _retry(settings: Settings, id_: UUID, reason: str) -> None:
    async with opened_runtime(settings, "worker") as runtime:
        program_key = await _program_of(runtime, id_)
        authority = operator_authority(program_key)
        now = runtime.clock()
        await execute(
            runtime.database,
            runtime.bells,
            program_key,
            lambda unit: retry_intent(unit, authority, id_, reason, now),
        )
