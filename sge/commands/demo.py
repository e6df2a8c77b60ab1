"""`sge demo`: the whole system on this machine, with traffic."""

from pathlib import Path
from typing import Annotated

import typer

from sge.demo.options import DemoOptions
from sge.demo.run import run_demo
from sge.embedded.project import STATE

_Port = Annotated[int | None, typer.Option(min=1, max=65535, show_default="a free one")]


def demo(
    *,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of the API and the page.")] = 8000,
    rpc_port: _Port = None,
    postgres_port: _Port = None,
    redis_port: _Port = None,
    workers: Annotated[int, typer.Option(min=1, max=16)] = 2,
    rate: Annotated[float, typer.Option(min=0.1, max=500, help="Intents a second.")] = 10.0,
    traffic: Annotated[bool, typer.Option(help="Customers that register and pay.")] = True,
    page: Annotated[bool, typer.Option(help="Build and serve the page at /.")] = True,
    folder: Annotated[Path, typer.Option(help="Where data, keys and logs are kept.")] = STATE,
    fresh: Annotated[bool, typer.Option(help="Forget the data of earlier runs.")] = False,
) -> None:
    """Run PostgreSQL, Redis, a chain, the API, workers and customers until Ctrl-C."""
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
        )
    )
