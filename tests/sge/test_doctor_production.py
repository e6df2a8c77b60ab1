"""`sge doctor` looks at whatever tells operators, and says when nothing does."""

import asyncio

import pytest

from sge.embedded.ports import free_port
from tests.sge.test_doctor import told

PRODUCTION = {"SGE_ENVIRONMENT": "production"}


def test_production_without_a_receiver_of_alerts_is_named() -> None:
    assert "SGE_ALERT_WEBHOOK_URL: is not set, so nobody is told" in told(PRODUCTION).stdout
    assert "nobody is told" not in told({}).stdout


@pytest.mark.parametrize("variable", ["SGE_ALERT_WEBHOOK_URL", "SGE_OTEL_ENDPOINT"])
async def test_receivers_are_reached_and_nothing_is_posted(variable: str) -> None:
    got: asyncio.Queue[bytes] = asyncio.Queue()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.put_nowait(await reader.read())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{port}/services/HIDDEN"
    there = await asyncio.to_thread(told, {variable: url})
    assert ": can be reached" in there.stdout
    assert await asyncio.wait_for(got.get(), 10) == b""
    server.close()
    await server.wait_closed()
    assert got.empty()
    away = await asyncio.to_thread(told, {variable: url.replace(str(port), str(free_port()))})
    assert f"{variable}: cannot be reached from here" in away.stdout
    assert "HIDDEN" not in away.stdout + there.stdout
