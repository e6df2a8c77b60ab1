"""What a process makes sure of before it starts: that it would not fail at its first work."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from app.chain.client import Chain
from app.chain.node_errors import ChainError, WrongChain
from app.checks.database import clock_agrees, schema_fits
from app.checks.findings import Problem
from app.domain.clock import real_clock
from app.settings import Settings, SettingsMistake
from app.store.database import Database
from app.tracing import start_tracing, stop_tracing


async def require_tables(database: Database, variable: str) -> None:
    """Raises SettingsMistake for tables that this program cannot run on, and for a clock that is not PostgreSQL's. Newer
    tables pass that still serve it: old processes go on while a new version is rolled out.
    """
    try:
        await schema_fits(database, variable)
        await clock_agrees(database, real_clock, variable)
    except Problem as problem:
        raise SettingsMistake(str(problem)) from None


async def require_own_chains(settings: Settings) -> None:
    """Raises SettingsMistake when a node answers for another chain; one that does not answer may come back."""
    for place, chain in enumerate(settings.chains):
        for number, url in enumerate(chain.rpc_urls):
            async with Chain(chain.chain_id, [url.get_secret_value()]) as one:
                mistake = await _wrong_chain(one)
            if mistake is not None:
                raise SettingsMistake(
                    f"SGE_CHAINS[{place}].rpc_urls[{number}]: {mistake}; put each chain's own nodes there"
                )


async def _wrong_chain(chain: Chain) -> str | None:
    try:
        await chain.block_number()
    except WrongChain as problem:
        return str(problem)
    except ChainError:
        return None
    return None


def listening_socket(host: str, port: int, variables: str = "SGE_API") -> socket.socket:
    """Bound to the address; raises SettingsMistake when that cannot be, naming the variables that begin like this."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as problem:
        listening.close()
        raise SettingsMistake(
            f"{variables}_HOST and {variables}_PORT: cannot listen at {host} port {port}: {problem.strerror}; "
            "end the program that does, or choose another port"
        ) from None
    return listening


def probe_socket(settings: Settings) -> socket.socket | None:
    """Where a worker or scheduler answers probes; None: nowhere. Raises SettingsMistake."""
    if settings.metrics_port is None:
        return None
    return listening_socket(settings.metrics_host, settings.metrics_port, "SGE_METRICS")


@contextmanager
def tracing(settings: Settings, process: str) -> Iterator[None]:
    """Collects traces while the block runs, where a setting says to; process: whose they are."""
    if settings.otel_endpoint is not None:
        # Half a second and 15 MB that no other process pays.
        otel = import_module("app.otel")
        start_tracing(otel.OpenTelemetry(settings.otel_endpoint, process))
    try:
        yield
    finally:
        stop_tracing()
