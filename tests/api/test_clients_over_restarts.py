"""Other people's clients over a server that is stopped, and one that is killed: nothing missed, nothing twice."""

import asyncio
import contextlib
import importlib.util
import json
import signal
from asyncio.subprocess import PIPE, Process
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.chain.deploy import Deployment
from sge.embedded.anvil import Anvil
from sge.embedded.project import PROJECT
from tests.api.caller import OwnProgram, Stage
from tests.api.conftest import settings
from tests.api.live import cursor_of
from tests.api.test_live_state import CANCEL, registration
from tests.fixtures.api_process import ApiServer
from tests.fixtures.databases import Database
from tests.fixtures.javascript import NodeCommand

NODE_CLIENTS = ("graphql-ws", "apollo", "urql")
EXAMPLE = PROJECT / "docs" / "examples" / "follow_gql.py"
WAIT_SECONDS = 30.0

Told = dict[str, Any]


class Heard:
    """What each client was told, in order."""

    def __init__(self) -> None:
        self._by_client: dict[str, list[Told]] = defaultdict(list)
        self._more = asyncio.Condition()

    async def note(self, client: str, told: Told) -> None:
        async with self._more:
            self._by_client[client].append(told)
            self._more.notify_all()

    def entities(self, client: str) -> list[str]:
        told = self._by_client[client]
        return [each["entityId"] for each in told if each.get("name") == "affiliate.registered"]

    def all_of(self, key: str, client: str) -> list[Any]:
        return [each[key] for each in self._by_client[client] if key in each]

    async def wait(self, enough: Any, clients: tuple[str, ...]) -> None:
        try:
            async with asyncio.timeout(WAIT_SECONDS), self._more:
                await self._more.wait_for(lambda: all(enough(client) for client in clients))
        except TimeoutError:
            pytest.fail(f"not everybody was told: {dict(self._by_client)}")


async def read_lines(process: Process, heard: Heard) -> None:
    assert process.stdout is not None
    async for line in process.stdout:
        told = json.loads(line)
        await heard.note(told.pop("client"), told)


async def follow_with_gql(heard: Heard, server: ApiServer, program: OwnProgram, after: str) -> None:
    specification = importlib.util.spec_from_file_location("follow_gql", EXAMPLE)
    assert specification is not None
    assert specification.loader is not None
    example = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(example)
    events = example.follow(server.socket_url, program.token, program.id, after, 0.2)
    async for event in events:
        await heard.note("gql", event)


@contextlib.asynccontextmanager
async def everybody_follows(
    server: ApiServer,
    program: OwnProgram,
    intent: str,
    javascript: tuple[NodeCommand, dict[str, str]],
) -> AsyncIterator[Heard]:
    heard, after = Heard(), await cursor_of(program)
    command, environment = javascript
    given = (server.socket_url, str(program.token), program.id, after, intent)
    node = await asyncio.create_subprocess_exec(
        *command("clients.js", *given), env=environment, stdout=PIPE
    )
    tasks = [
        asyncio.create_task(read_lines(node, heard)),
        asyncio.create_task(follow_with_gql(heard, server, program, after)),
    ]
    try:
        yield heard
    finally:
        with contextlib.suppress(ProcessLookupError):
            node.kill()
        await node.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def server(
    tmp_path: Path, database: Database, redis_url: str, anvil: Anvil, deployment: Deployment
) -> AsyncIterator[ApiServer]:
    started = ApiServer(settings(database, redis_url, anvil, deployment), tmp_path)
    await started.start()
    yield started
    await started.end(signal.SIGTERM)


@pytest.mark.long
async def test_every_client_misses_nothing(
    stage: Stage, server: ApiServer, javascript: tuple[NodeCommand, dict[str, str]]
) -> None:
    program = await stage.program()
    intent = await registration(program, 1)
    made: list[str] = []

    async def make(count: int) -> None:
        for _ in range(count):
            made.append((await program.affiliate(f"CODE{len(made):03d}"))["id"])

    def has_all(client: str) -> bool:
        return len(heard.entities(client)) >= len(made)

    everybody = (*NODE_CLIENTS, "gql")
    async with everybody_follows(server, program, intent, javascript) as heard:
        await heard.wait(lambda client: heard.all_of("cursor", client), everybody)
        await heard.wait(lambda client: heard.all_of("status", client), NODE_CLIENTS)
        await make(3)
        await heard.wait(has_all, everybody)
        for how, code in ((signal.SIGTERM, 1012), (signal.SIGKILL, 1006)):
            await server.end(how)
            await make(3)
            await server.start()
            await make(1)
            await heard.wait(has_all, everybody)
            assert all(code in heard.all_of("closed", client) for client in NODE_CLIENTS)
        await program.ask(CANCEL, id=intent)
        await heard.wait(lambda client: "FAILED" in heard.all_of("status", client), NODE_CLIENTS)
        for client in everybody:
            assert heard.entities(client) == made
            assert not heard.all_of("failed", client)
            assert not heard.all_of("errors", client)
    assert "Traceback" not in server.log()
