"""`sge demo`: the whole system on this machine, with traffic; `sge demo payout-cycle`: a payout from end to end."""

from pathlib import Path
from typing import Annotated

import typer

from sge.demo.options import DemoOptions, LogLevel
from sge.demo.payout_cycle.command import run_payout_cycle
from sge.demo.run import run_demo
from sge.embedded.project import STATE

demo = typer.Typer(invoke_without_command=True)

_Port = Annotated[int | None, typer.Option(min=1, max=65535, show_default="a free one")]


_Folder = Annotated[
    Path, typer.Option(metavar="FOLDER", help="Where data, keys and logs are kept.")
]


@demo.callback()
def run(
    context: typer.Context,
    *,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of the API and the page.")] = 8000,
    rpc_port: _Port = None,
    postgres_port: _Port = None,
    redis_port: _Port = None,
    workers: Annotated[int, typer.Option(min=1, max=16, help="Processes of `sge worker`.")] = 2,
    rate: Annotated[float, typer.Option(min=0.1, max=500, help="Intents a second.")] = 5.0,
    traffic: Annotated[bool, typer.Option(help="Customers that register and pay.")] = True,
    page: Annotated[bool, typer.Option(help="Build and serve the page at /.")] = True,
    folder: _Folder = STATE,
    fresh: Annotated[bool, typer.Option(help="Forget the data of earlier runs.")] = False,
    log_level: Annotated[
        LogLevel, typer.Option(help="Of the API, workers and scheduler.")
    ] = "info",
) -> None:
    """Run PostgreSQL, Redis, a chain, the API, workers and customers until Ctrl-C."""
    if context.invoked_subcommand is not None:
        return
    run_demo(
        DemoOptions(
            folder=folder.absolute(),
            port=port,
            rpc_port=rpc_port,
            postgres_port=postgres_port,
            redis_port=redis_port,
            workers=workers,
            rate=rate,
            traffic=traffic,
            page=page,
            fresh=fresh,
            log_level=log_level,
        )
    )


@demo.command("payout-cycle")
def payout_cycle(
    port: Annotated[int, typer.Option(min=1, max=65535, help="When no demo runs yet.")] = 8000,
    folder: _Folder = STATE,
) -> None:
    """Play a payout in the test program, from payments to the Safe's Transfers, and print the proof.

    Through the public API of the demo that runs; when none does, one is started for it, and stopped.
    """
    run_payout_cycle(DemoOptions(folder=folder.absolute(), port=port, traffic=False, page=False))
