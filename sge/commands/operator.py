"""`sge operator create`: the platform's API keys, of which the first cannot come from the API."""

import asyncio
from functools import partial
from typing import Annotated

import typer

from app.auth.api_keys import KeyHasher
from app.domain.clock import real_clock
from app.domain.permissions import PLATFORM_PROGRAM_ID
from app.services.access.api_keys import make_operator_key
from app.services.execute import execute
from app.settings import Settings, load_settings
from sge.session import opened_runtime

operator = typer.Typer(no_args_is_help=True)


@operator.callback()
def _group() -> None:
    """Who runs the platform: keys of scope PLATFORM, and the wallets of SGE_OPERATOR_WALLETS once they sign in."""


@operator.command()
def create(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What lists and audit rows call the key.")
    ],
) -> None:
    """Make an API key of scope PLATFORM and print it; it is shown this once."""
    typer.echo(asyncio.run(_create(load_settings().require_for("operator create"), name)))


async def _create(settings: Settings, name: str) -> str:
    assert settings.secret_key is not None
    hasher = KeyHasher(settings.secret_key.get_secret_value())
    async with opened_runtime(settings, "command") as runtime:
        made = await execute(
            runtime.database,
            runtime.bells,
            PLATFORM_PROGRAM_ID,
            partial(make_operator_key, hasher=hasher, name=name, now=real_clock()),
        )
    assert made.token is not None
    return made.token
