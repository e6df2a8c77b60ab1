"""`sge demo` from the first server to the last goodbye."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import ExitStack, suppress
from typing import Any

from sge import migrations
from sge.demo.api import wait_until_ready
from sge.demo.chain import DemoChain, prepared_chain
from sge.demo.description import described_demo, store_description, stored_description
from sge.demo.environment import (
    demo_settings,
    process_environment,
    public_url,
    store_settings,
)
from sge.demo.operator_key import create_operator_key
from sge.demo.options import DemoOptions
from sge.demo.page import build_page
from sge.demo.people import store_people
from sge.demo.processes import running_crew
from sge.demo.programs import PROGRAMS
from sge.demo.progress import Progress
from sge.demo.scene import Scene, keep_going
from sge.demo.services import Services, forget, running_services
from sge.demo.stopping import Stopped, StopSignals
from sge.demo.tenants import create_tenants
from sge.demo.wallets import DemoKeys, kept_keys
from sge.embedded.failures import EmbeddedFailure
from sge.embedded.folder_lock import FolderLock
from sge.embedded.ports import require_free

Act = Callable[[Scene, Progress], Coroutine[Any, Any, None]]


def run_demo(options: DemoOptions, act: Act = keep_going) -> None:
    """Runs until `act` ends, Ctrl-C or SIGTERM, then stops all that it started.

    Raises EmbeddedFailure (a busy port, a missing tool, another demo), saying what to do.
    """
    options.folder.mkdir(parents=True, exist_ok=True)
    progress = Progress()
    lock = FolderLock(options.folder)
    with StopSignals() as signals, suppress(Stopped):
        lock.take()
        require_free(
            "the API",
            options.port,
            "choose another with --port, as in `make demo ARGS='--port 8001'`",
        )
        if options.fresh:
            forget(options)
        _run(options, progress, signals, act)
    lock.release()
    progress.say("everything has stopped; `make demo` continues with the same data")


def _run(options: DemoOptions, progress: Progress, signals: StopSignals, act: Act) -> None:
    tree_sizes = [len(plan.affiliates) for plan in PROGRAMS]
    keys = kept_keys(options.folder / "demo-keys.json", tree_sizes)
    with ExitStack() as running:
        with progress.step("PostgreSQL, Redis and anvil"):
            services = running.enter_context(running_services(options))
        with progress.step("migrations"):
            migrate_demo(services.postgres.dsn("sge_owner"))
        with progress.step("contracts and treasuries"):
            chain = prepared_chain(options.folder / "demo-chain.json", services.anvil, keys)
        if options.page:
            with progress.step("the page"):
                build_page()
        settings = demo_settings(options, services, keys, chain)
        store_settings(options, settings)
        with progress.step("API, workers and scheduler"):
            crew = running.enter_context(running_crew(options, settings))
            asyncio.run(wait_until_ready(public_url(options)))
        with progress.step("programs and affiliates"):
            description = _describe(options, services, keys, chain, settings)
        progress.ready(options, services, description)
        scene = Scene(options, services, crew, keys, chain, description["programs"])
        try:
            signals.run(act(scene, progress))
        except Stopped:
            progress.say("stopping …")
            raise


def migrate_demo(owner_url: str) -> None:
    """A demo's data is only worth starting over."""
    mistake = migrations.mistake(owner_url)
    if mistake not in {None, migrations.NOT_NEWEST}:
        raise EmbeddedFailure(
            "this folder's data was made by another version of SGE; "
            "start over with `make demo ARGS=--fresh`"
        )
    migrations.upgrade(owner_url)


def _describe(
    options: DemoOptions,
    services: Services,
    keys: DemoKeys,
    chain: DemoChain,
    settings: dict[str, str],
) -> dict[str, Any]:
    """Makes what only the first start makes, and writes .sge/demo.json anew."""
    stored = stored_description(options)
    operator_key = stored.get("operatorKey") or create_operator_key(
        process_environment(settings, "api")
    )
    programs = stored.get("programs") or asyncio.run(
        create_tenants(public_url(options), operator_key, keys, chain)
    )
    made = {"operatorKey": operator_key, "programs": programs}
    description = described_demo(options, services, keys, chain) | made
    store_people(options, keys)
    store_description(options, description)
    return description
