"""`sge contracts`: what SGE needs on a chain, once for each chain."""

import typer

from sge.commands.create_safe import create_safe
from sge.commands.deploy_contracts import deploy
from sge.commands.relayers import allow_relayer

contracts = typer.Typer(no_args_is_help=True)
contracts.command("deploy")(deploy)
contracts.command("allow-relayer")(allow_relayer)
contracts.command("create-safe")(create_safe)


@contracts.callback()
def _group() -> None:
    """The contracts on a chain."""
