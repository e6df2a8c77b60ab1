"""`sge recover`: after a restore or a promotion, reads from the chains what the database has forgotten."""

import asyncio
import socket
from collections.abc import Iterator
from typing import Annotated

import typer

from app.bus.witness import RedisWitness
from app.chain.client import Chain
from app.domain.ids import new_id
from app.processes.recovery.recover import Recovered, Recovering, TakenBackAgain, begin, recover
from app.processes.recovery.recover_chain import ChainProgress
from app.processes.watching.watch import WatcherParts
from app.runtime import Runtime
from app.settings import Settings, load_settings
from app.store.database_errors import passes
from app.store.recovery.recoveries import OpenRecovery
from sge.failures import CannotStart
from sge.session import opened_runtime
from sge.starting import require_own_chains, require_tables
from sge.telling import Told

_ACTOR = "operator:cli"


def recover_command(
    *,
    restored: Annotated[
        str | None,
        typer.Option(
            metavar="WHY",
            help="Say that the database was taken back where nothing shows it (a disk's snapshot).",
        ),
    ] = None,
    begin_only: Annotated[
        bool,
        typer.Option(
            "--begin-only",
            help="Stop everything and read no logs yet, so that clients can send again what was lost.",
        ),
    ] = False,
) -> None:
    """Catch up with the chains after a restore or a promotion; every program stays paused.

    Settles known intents by their logs, reports what nobody here knows, and sets each lane's nonce.
    May be killed and run again. Exit code 1 when there was nothing to recover.
    """
    settings = load_settings().require_for("recover")
    asyncio.run(_run(settings, restored, begin_only=begin_only))


async def _run(settings: Settings, restored: str | None, *, begin_only: bool) -> None:
    async with opened_runtime(settings, "worker") as runtime:
        await require_tables(runtime.database, "SGE_DATABASE_WORKER_URL")
        await require_own_chains(settings)
        assert settings.redis_url is not None
        assert settings.encryption_key is not None
        witness = RedisWitness(settings.redis_url.get_secret_value(), settings.encryption_key)
        try:
            await _recover(runtime, witness, restored, begin_only=begin_only)
        except Exception as problem:
            if not passes(problem):
                raise
            raise CannotStart(
                f"the database went away: {problem}. What was done is kept: run `sge recover` again"
            ) from None
        finally:
            await witness.close()


async def _recover(
    runtime: Runtime, witness: RedisWitness, restored: str | None, *, begin_only: bool
) -> None:
    recovering = Recovering(
        database=runtime.database,
        bells=runtime.bells,
        witness=witness,
        chains=[_parts(runtime, chain) for chain in runtime.chains.values()],
        clock=runtime.clock,
        actor=_ACTOR,
    )
    recovery = await begin(recovering, restored)
    if recovery is None:
        typer.echo(
            "there is nothing to recover: the database is on the server that it was last known on\n"
            "If it was taken back all the same: sge recover --restored WHY"
        )
        raise typer.Exit(1)
    for line in _opening(recovery):
        typer.echo(line)
    if begin_only:
        typer.echo(
            "logs are not read yet: clients may send again what they sent since then, with the same keys\n"
            "next: sge recover"
        )
        return
    told = Told()
    try:
        recovered = await recover(recovering, recovery, lambda one: told.tell(_progress(one)))
    except TakenBackAgain:
        raise CannotStart(
            "the database was restored or promoted again meanwhile; run `sge recover` again"
        ) from None
    finally:
        told.end()
    for line in _report(recovered):
        typer.echo(line)


def _parts(runtime: Runtime, chain: Chain) -> WatcherParts:
    facts = runtime.chain_settings(chain.chain_id)
    assert facts.gateway is not None
    return WatcherParts(
        database=runtime.database,
        bells=runtime.bells,
        chain=chain,
        gateway=facts.gateway,
        confirmations=facts.confirmations,
        small_inflows=facts.small_inflows,
        clock=runtime.clock,
        holder=f"recover.{socket.gethostname()}.{new_id().hex[-6:]}",
        recovering=True,
    )


def _opening(recovery: OpenRecovery) -> Iterator[str]:
    yield f"recovery since {recovery.begun_at:%Y-%m-%d %H:%M:%S} UTC: {recovery.reason}"
    if recovery.state_of is not None:
        yield (
            f"the newest event in the database is of {recovery.state_of:%Y-%m-%d %H:%M:%S} UTC;"
            " what was accepted later is lost"
        )
    yield "every program is paused, every wallet is signed out, cursors of before are CURSOR_EXPIRED"


def _progress(one: ChainProgress) -> str:
    if one.problem is not None:
        return f"chain {one.chain_id}: {one.problem}; tried again"
    if one.behind:
        return f"chain {one.chain_id}: {one.behind} final blocks left to read"
    return f"chain {one.chain_id}: block {one.final} is final, waiting for {one.target}"


def _report(recovered: Recovered) -> Iterator[str]:
    for chain in recovered.chains:
        yield f"chain {chain.chain_id}: everything up to block {chain.through} is posted"
        for lane in chain.lanes:
            yield (
                f"  lane {lane.relayer}: next nonce {lane.before} → {lane.after};"
                f" {lane.lost} of its transactions in blocks were unknown here"
            )
    for program in recovered.programs:
        yield (
            f"program {program.slug}: {program.settled} intents settled and {program.executed} Safe transactions"
            f" executed by log; {len(program.open)} new discrepancies"
        )
        for kind in sorted(set(program.open)):
            yield f"  {program.open.count(kind)} of {kind}"
        if program.stopped is not None:
            yield f"  its postings are stopped: {program.stopped}"
    keys, members = recovered.credentials.keys, recovered.credentials.members
    yield (
        f"{keys} API keys and {members} memberships are good, among them any that were taken away after"
        f" {_since(recovered.recovery)}: look through them"
    )
    yield (
        "next: resolve the discrepancies, ask owners what they signed since, then resume each program"
        " (docs/recovery.md says how)"
    )


def _since(recovery: OpenRecovery) -> str:
    at = recovery.state_of or recovery.begun_at
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
