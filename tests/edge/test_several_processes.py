"""Two API processes behind nginx, one of them killed under load: no event is missed, and what is sent again is answered."""

import asyncio
import json
import signal
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from app.chain.deploy import Deployment
from app.settings import Settings
from sge.embedded.anvil import Anvil
from tests.api.caller import OwnProgram, Stage
from tests.api.conftest import deployment, settings, stage
from tests.api.live import EVENTS, cursor_of
from tests.api.operations import CALLS
from tests.edge.nginx import Nginx
from tests.fixtures.api_process import ApiServer
from tests.fixtures.databases import Database
from tests.transport.ws_client import PROTOCOL, Socket

__all__ = ["deployment", "stage"]

SUBSCRIBERS = 12
WRITERS = 4
INTENTS_OF_WRITER = 25
ALL_INTENTS = WRITERS * INTENTS_OF_WRITER
TRY_AGAIN_SECONDS = 0.1
AWAY = {502, 503, 504}


@dataclass
class Edge:
    """nginx and the processes behind it."""

    nginx: Nginx
    servers: list[ApiServer]

    @property
    def url(self) -> str:
        return f"https://{self.nginx.authority}"


@pytest.fixture
def told(
    database: Database,
    redis_url: str,
    anvil: Anvil,
    deployment: Deployment,
) -> Settings:
    """The settings of both processes."""
    return settings(database, redis_url, anvil, deployment)


@pytest.fixture
async def edge(server_folder: Path, tmp_path: Path, told: Settings) -> AsyncIterator[Edge]:
    servers = []
    async with AsyncExitStack() as ending:
        for number in (1, 2):
            folder = tmp_path / f"api {number}"
            folder.mkdir()
            server = ApiServer(told, folder, SGE_TRUSTED_PROXIES="127.0.0.1/32")
            await server.start()
            ending.push_async_callback(server.end, signal.SIGTERM)
            servers.append(server)
        with Nginx(server_folder / "nginx", [server.port for server in servers]) as nginx:
            yield Edge(nginx, servers)


@dataclass
class Follower:
    """A subscriber who comes back with its last cursor, whatever ended its socket."""

    edge: Edge
    program: OwnProgram
    cursor: str
    seen: list[str] = field(default_factory=list)
    connections: int = 0

    async def follow(self) -> None:
        while True:
            try:
                async with self._subscribed() as socket:
                    self.connections += 1
                    await self._read(socket)
            except (OSError, TimeoutError, WebSocketException):
                await asyncio.sleep(TRY_AGAIN_SECONDS)

    @asynccontextmanager
    async def _subscribed(self) -> AsyncIterator[Socket]:
        url = f"wss://{self.edge.nginx.authority}/graphql"
        trust = self.edge.nginx.trust()
        async with connect(url, subprotocols=[PROTOCOL], ssl=trust) as connection:  # type: ignore[list-item]
            socket = Socket(connection)
            payload = {"authorization": f"Bearer {self.program.token}"}
            await socket.send(type="connection_init", payload=payload)
            await socket.receive()
            given = {"program": self.program.id, "after": self.cursor, "types": ["INTENT"]}
            await socket.subscribe("e", EVENTS, **given)
            yield socket

    async def _read(self, socket: Socket) -> None:
        while True:
            message = await socket.receive(60)
            assert message["type"] == "next", message
            event = message["payload"]["data"]["programEvents"]
            self.cursor = event["cursor"]
            if event["name"] == "intent.accepted":
                self.seen.append(event["entityId"])


@dataclass
class Writer:
    """Sends each mutation until it is answered, with the same idempotency key."""

    client: httpx.AsyncClient
    program: OwnProgram
    number: int
    made: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    again: int = 0

    async def write(self) -> None:
        for place in range(INTENTS_OF_WRITER):
            key = f"writer {self.number} intent {place}"
            names = {
                "program": self.program.id,
                "new_wallet": f"0x{1 + self.number * 1000 + place:040x}",
            }
            document = CALLS["Mutation.registerUser"].replace('"join"', f'"{key}"') % names
            answer = await self._until_answered(document)
            if "errors" in answer or answer["data"]["registerUser"]["userErrors"]:
                self.refused.append(json.dumps(answer))
                continue
            self.made.append(answer["data"]["registerUser"]["intent"]["id"])
            await asyncio.sleep(0.02)

    async def _until_answered(
        self, document: str
    ) -> dict[str, dict[str, dict[str, dict[str, str]]]]:
        headers = {"authorization": f"Bearer {self.program.token}"}
        while True:
            try:
                response = await self.client.post(
                    "/graphql", json={"query": document}, headers=headers
                )
            except httpx.TransportError:
                self.again += 1
                continue
            if response.status_code not in AWAY:
                return response.json()  # type: ignore[no-any-return]
            self.again += 1
            await asyncio.sleep(TRY_AGAIN_SECONDS)


@pytest.mark.long
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
async def test_one_of_two_ends_under_load(stage: Stage, edge: Edge, how: signal.Signals) -> None:
    program = await stage.program()
    followers = [Follower(edge, program, await cursor_of(program)) for _ in range(SUBSCRIBERS)]
    following = [asyncio.create_task(one.follow()) for one in followers]
    async with asyncio.timeout(120), AsyncExitStack() as clients:
        while not all(one.connections for one in followers):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        writers = []
        for number in range(WRITERS):
            client = httpx.AsyncClient(base_url=edge.url, verify=edge.nginx.trust(), timeout=10)
            writers.append(Writer(await clients.enter_async_context(client), program, number))
        writing = [asyncio.create_task(one.write()) for one in writers]
        while sum(len(one.made) for one in writers) < ALL_INTENTS // 3:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        ended = asyncio.create_task(edge.servers[0].end(how))
        await asyncio.gather(*writing, ended)
        made = [intent for one in writers for intent in one.made]
        while not all(len(one.seen) >= len(made) for one in followers):
            assert not any(task.done() for task in following)
            await asyncio.sleep(0.05)
        await edge.servers[0].start()
    for task in following:
        task.cancel()
    assert [one.refused for one in writers] == [[]] * WRITERS
    assert len(set(made)) == ALL_INTENTS
    for one in followers:
        assert one.seen == followers[0].seen
        assert set(one.seen) == set(made)
        assert len(one.seen) == len(made)
    assert any(one.connections > 1 for one in followers)


@pytest.mark.long
async def test_the_edge(stage: Stage, edge: Edge) -> None:
    """TLS 1.3 alone; bodies as the API limits them; what is not for everybody is not there."""
    program = await stage.program()
    old = edge.nginx.trust()
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    async with httpx.AsyncClient(base_url=edge.url, verify=old) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("/healthz")
    headers = {"authorization": f"Bearer {program.token}"}
    async with httpx.AsyncClient(base_url=edge.url, verify=edge.nginx.trust()) as client:
        assert (await client.get("/healthz")).status_code == 200
        for hidden in ("/metrics", "/readyz"):
            assert (await client.get(hidden)).status_code == 404
        long = {"query": "{ __typename }", "variables": {"x": "x" * (1024 * 1024)}}
        assert (await client.post("/graphql", json=long, headers=headers)).status_code == 413
        for server in edge.servers:
            await server.end(signal.SIGKILL)
        away = await client.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
        assert away.status_code in AWAY
        assert away.json()["errors"][0]["extensions"]["code"] == "SERVICE_UNAVAILABLE"
        assert int(away.headers["retry-after"]) > 0
        for server in edge.servers:
            await server.start()
