"""What the API's benchmark runs on: servers in a folder of their own, a program with a key, and one API process."""

import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from app.auth.api_keys import KeyHasher
from app.domain.permissions import ApiScope, Authority
from app.domain.terms import TermsText
from app.processes.create_program import create_program_from_chain
from app.runtime import Runtime, chain_facts
from app.services.access.api_keys import CreateApiKey, create_api_key, make_operator_key
from app.services.execute import execute
from app.services.programs.new_program import CreateProgram
from schema.ids import IdPrefix, encode_id
from sge import migrations
from sge.demo.chain import prepared_chain
from sge.demo.environment import demo_settings, process_environment
from sge.demo.options import DemoOptions
from sge.demo.services import running_services
from sge.demo.wallets import kept_keys
from sge.embedded.anvil import CHAIN_ID
from sge.embedded.child import Child, Launch
from sge.embedded.ports import free_port
from sge.embedded.project import PROJECT

_SCOPES = frozenset(ApiScope) - {ApiScope.PLATFORM}


@dataclass(frozen=True)
class Stand:
    """Running servers. environment: of SGE's processes."""

    folder: Path
    environment: dict[str, str]
    treasury: str
    port: int


@dataclass(frozen=True)
class Tenant:
    """A program, as the API names it and as this process does."""

    id: str
    slug: str
    token: str
    authority: Authority


@contextmanager
def running_stand() -> Iterator[Stand]:
    """Starts PostgreSQL, Redis and anvil, durable as in the demo; nothing is left afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="sge-bench-"))
    folder.chmod(0o755)
    options = DemoOptions(folder=folder, port=free_port(), page=False)
    keys = kept_keys(folder / "demo-keys.json", [0])
    try:
        with running_services(options) as services:
            migrations.upgrade(services.postgres.dsn("sge_owner"))
            chain = prepared_chain(folder / "demo-chain.json", services.anvil, keys)
            settings = demo_settings(options, services, keys, chain)
            environment = process_environment(settings | {"SGE_RATE_LIMITS": "off"})
            os.environ.update(environment)
            yield Stand(folder, environment, chain.treasuries[0], options.port)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def create_tenant(runtime: Runtime, treasury: str) -> Tenant:
    """A program with three commission levels and a key with all scopes."""
    secret = runtime.settings.secret_key
    assert secret is not None
    hasher, now = KeyHasher(secret.get_secret_value()), runtime.clock()
    operator = await execute(
        runtime.database, runtime.bells, 0, lambda unit: make_operator_key(unit, hasher, "b", now)
    )
    platform = Authority(0, None, operator.key_id, "bench", frozenset({ApiScope.PLATFORM}))
    terms = TermsText(commission_levels_bps=(1000, 500, 200))
    made = await create_program_from_chain(
        runtime.database,
        runtime.bells,
        runtime.chains,
        chain_facts(runtime.settings),
        authority=platform,
        command=CreateProgram("bench", "Bench", treasury, CHAIN_ID, ("USDC",), terms),
        now=now,
    )
    command = CreateApiKey(made.program_id, "bench", _SCOPES, "bench")
    key = await execute(
        runtime.database,
        runtime.bells,
        made.program_id,
        lambda unit: create_api_key(unit, hasher, "bench", command, now),
    )
    assert key.token is not None
    authority = Authority(made.program_id, made.public_id, key.key_id, "bench", _SCOPES)
    return Tenant(encode_id(IdPrefix.PROGRAM, made.public_id), "bench", key.token, authority)


@contextmanager
def running(stand: Stand, name: str, command: Sequence[str], ready: str) -> Iterator[int]:
    """Starts a Python process and waits until it answers at `ready`; gives its process id."""
    folder = stand.folder / "processes" / name
    folder.mkdir(parents=True)
    child = Child(name, folder, signal.SIGTERM)
    with ExitStack() as stack:
        stack.callback(child.stop)
        line = [sys.executable, *command]
        child.start(Launch(line, environment=stand.environment, folder=PROJECT))
        _wait_for(ready)
        yield child.pid


def _wait_for(url: str) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        try:
            with urlopen(url, timeout=5):
                return
        except URLError as refused:
            if getattr(refused, "code", None) in {404, 405}:
                return
            time.sleep(0.1)
    raise SystemExit(f"nothing answers at {url}")


def body_of(query: str, **variables: object) -> bytes:
    """The body of a GraphQL request."""
    return json.dumps({"query": query, "variables": variables}).encode()
