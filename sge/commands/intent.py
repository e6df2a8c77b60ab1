"""`sge intent show|retry`: one intent, for operators."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer

from app.domain.errors import Refusal
from app.domain.permissions import operator_authority
from app.domain.states import IntentStatus
from app.processes.intake.by_hand import IntentsByHand
from app.runtime import chain_facts
from app.settings import Settings, load_settings
from app.store.database import Database
from app.store.reads import chain_transactions, intent_history
from app.store.reads import intents as reads
from app.store.reads.chain_transactions import ChainTransactionRow
from app.store.reads.intent_history import IntentAttemptRow
from schema.ids import IdPrefix, decode_id, encode_id
from sge.failures import CannotStart
from sge.session import opened_database, opened_runtime

_NOT_SENT = UUID(int=0)

intent = typer.Typer(no_args_is_help=True)
_Id = Annotated[str, typer.Argument(metavar="INTENT", help="Its id, as the API shows it: int_…")]


@intent.callback()
def _group() -> None:
    """Intents of any program."""


@intent.command()
def show(id_: _Id) -> None:
    """Print an intent with its timeline and every try at the chain; all times are UTC."""
    settings = load_settings().require_for("intent show")
    for line in asyncio.run(_show(settings, _uuid(id_))):
        typer.echo(line)


@intent.command()
def retry(
    id_: _Id, reason: Annotated[str, typer.Option(metavar="WHY", help="For the audit trail.")]
) -> None:
    """Put a FAILED intent back to PENDING when it may be tried again."""
    settings = load_settings().require_for("intent retry")
    try:
        status = asyncio.run(_retry(settings, _uuid(id_), reason))
    except Refusal as refusal:
        typer.echo(f"{refusal.code}: {refusal.message}", err=True)
        raise typer.Exit(1) from None
    if status != IntentStatus.FAILED:
        typer.echo(f"the intent is {status}: only a FAILED one can be tried again", err=True)
        raise typer.Exit(1)
    typer.echo("the intent is tried again")


def _uuid(text: str) -> UUID:
    id_ = decode_id(IdPrefix.INTENT, text)
    if id_ is None:
        raise typer.BadParameter("an intent's id is int_ and 26 characters")
    return id_


async def _program_of(database: Database, id_: UUID) -> int:
    async with database.read(None) as session:
        program_key = await reads.program_of(session, id_)
    if program_key is None:
        raise CannotStart("there is no such intent; was the id copied whole?")
    return program_key


async def _show(settings: Settings, id_: UUID) -> list[str]:
    async with opened_database(settings, "worker") as database:
        program_key = await _program_of(database, id_)
        async with database.read(program_key) as session:
            (row,) = await reads.by_ids(session, [id_])
            (timeline,) = await intent_history.transitions(session, [id_])
            (attempts,) = await intent_history.attempts(session, [id_])
            sent = [one.chain_transaction_id for one in attempts if one.chain_transaction_id]
            found = await chain_transactions.by_ids(session, sent)
    assert row is not None
    amount = f"{row.amount.amount} {row.amount.currency}" if row.amount else "no amount"
    name = encode_id(IdPrefix.INTENT, row.id)
    lines = [f"{name}: {row.kind} {row.status} {row.stage}, {amount}, wallet {row.wallet}"]
    if row.failure:
        lines.append(f"failure: {row.failure.code}: {row.failure.message}")
    lines += [
        f"{_utc(step.at)} {step.to} {step.stage} by {step.actor} {step.reason or ''}".rstrip()
        for step in timeline
    ]
    transactions = {one.id: one for one in found if one is not None}
    return lines + [_try(attempt, transactions) for attempt in attempts]


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _try(attempt: IntentAttemptRow, transactions: Mapping[UUID, ChainTransactionRow]) -> str:
    """The newest copy's hash, or the mined one's."""
    transaction = transactions.get(attempt.chain_transaction_id or _NOT_SENT)
    where = "not sent"
    if transaction is not None:
        name = encode_id(IdPrefix.CHAIN_TRANSACTION, transaction.id)
        where = f"0x{transaction.hash.hex()} ({name}, {transaction.status})"
    ending = "under way"
    if attempt.failure:
        ending = attempt.failure.message
    elif attempt.finished_at:
        ending = f"ended {_utc(attempt.finished_at)}"
    return f"try {attempt.number}: {where}: {ending}"


async def _retry(settings: Settings, id_: UUID, reason: str) -> str:
    """The status that it had."""
    async with opened_runtime(settings, "worker") as runtime:
        program_key = await _program_of(runtime.database, id_)
        async with runtime.database.read(program_key) as session:
            (row,) = await reads.by_ids(session, [id_])
        assert row is not None
        authority = operator_authority(program_key)
        by_hand = IntentsByHand(
            runtime.database,
            runtime.bells,
            runtime.chains,
            chain_facts(settings),
            runtime.clock,
        )
        await by_hand.retry(authority, id_, reason)
    return row.status
