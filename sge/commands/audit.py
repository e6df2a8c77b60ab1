"""`sge audit verify`: proves a program's audit log, from an export without us or from the database."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from app.domain.audit_lines import read_hash
from app.domain.clock import real_clock
from app.domain.permissions import PLATFORM_PROGRAM_ID
from app.domain.seals import SealStream
from app.domain.strict_json import MalformedDocument
from app.services.seals import ChainReport, verify_chain
from app.settings import Settings, load_settings
from schema.ids import IdPrefix, encode_id
from sge.audit_export import Verdict, check_export
from sge.session import named_program, opened_database

_BROKEN = 1
_CANNOT_CHECK = 2
_MOST_SHOWN = 100

audit = typer.Typer(no_args_is_help=True)


@audit.callback()
def _group() -> None:
    """The audit log: who changed what, each entry sealed into its program's chain."""


@audit.command()
def verify(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="The export of an audit log, JSON lines.",
        ),
    ] = None,
    head: Annotated[
        str | None,
        typer.Option(
            metavar="HEAD",
            help="A head that you noted before (0x…): everything up to it is to be there.",
        ),
    ] = None,
    rows: Annotated[
        int | None, typer.Option(min=1, help="The number of a row that was there before.")
    ] = None,
    program: Annotated[
        str | None,
        typer.Option(
            metavar="PROGRAM", help="Instead of a file: the log of the program with this slug."
        ),
    ] = None,
    platform: Annotated[
        bool, typer.Option("--platform", help="Instead of a file: the platform's own log.")
    ] = False,
) -> None:
    """Find rows that were changed, removed, moved, inserted or doubled.

    A file is checked alone: no settings, no database. What only the end of a chain had can be missed
    from it without a trace, so keep the head of each export, or an entry's hash, and give it with
    --head. Exit code 1 when something is wrong, 2 when it cannot be read.
    """
    if (file is not None) + (program is not None) + platform != 1:
        raise typer.BadParameter("give a file, --program or --platform")
    if file is not None:
        _say_verdict(_read(file, _kept(head), rows))
    elif head is not None or rows is not None:
        raise typer.BadParameter("--head and --rows are for a file")
    else:
        _say_report(asyncio.run(_verify(load_settings().require_for("audit verify"), program)))


def _kept(head: str | None) -> bytes | None:
    found = None if head is None else read_hash(head)
    if head is not None and found is None:
        raise typer.BadParameter("a head is 0x and 64 digits of lower-case hexadecimal")
    return found


def _read(file: Path, kept: bytes | None, rows: int | None) -> Verdict:
    try:
        return check_export(file, kept, rows, most_shown=_MOST_SHOWN)
    except (MalformedDocument, OSError) as problem:
        said = problem.strerror if isinstance(problem, OSError) else problem
        typer.echo(f"{file.name} is no export of an audit log: {said}", err=True)
        raise typer.Exit(_CANNOT_CHECK) from None


def _say_verdict(verdict: Verdict) -> None:
    chain = verdict.chain
    for fault in verdict.shown:
        typer.echo(fault)
    if verdict.faults:
        more = verdict.faults - len(verdict.shown)
        rest = f" ({more} are not shown)" if more else ""
        typer.echo(f"faults: {verdict.faults} in {chain.rows} rows{rest}")
        raise typer.Exit(_BROKEN)
    name = encode_id(IdPrefix.PROGRAM, chain.head.program)
    typer.echo(
        f"{chain.rows} rows of {name} follow each other, {chain.head.after + 1} to {chain.n}"
    )
    if chain.head.after:
        typer.echo(f"before them: row {chain.head.after}, 0x{chain.head.previous_hash.hex()}")
    if chain.kept is not None:
        typer.echo(f"the head that you gave is row {chain.kept_at}")
    if chain.unsealed:
        typer.echo(f"{chain.unsealed} rows were not sealed yet: nothing vouches for them")
    typer.echo(f"head 0x{chain.hash.hex()}")


async def _verify(settings: Settings, slug: str | None) -> ChainReport:
    async with opened_database(settings, "worker") as database, database.read(None) as session:
        key = PLATFORM_PROGRAM_ID if slug is None else await named_program(session, slug)
        return await verify_chain(session, SealStream.AUDIT, key, real_clock())


def _say_report(report: ChainReport) -> None:
    for fault in report.faults[:_MOST_SHOWN]:
        where = "row" if fault.n is None else f"row {fault.n}"
        typer.echo(f"{where} ({fault.row_id}): {fault.message}")
    if report.faults:
        typer.echo(f"faults: {len(report.faults)} in {report.seals} rows")
        raise typer.Exit(_BROKEN)
    typer.echo(f"{report.seals} rows follow each other and are as they were sealed")
    if report.newest_hash is not None:
        typer.echo(f"head 0x{report.newest_hash.hex()}")
