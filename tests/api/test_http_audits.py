"""Other people's reading of GraphQL over HTTP: every audit of npm's graphql-http, on a real socket."""

import asyncio
import json
from collections import Counter
from typing import Any

from tests.api.caller import Stage
from tests.api.live import on_a_socket
from tests.fixtures.javascript import NodeCommand

_SECONDS = 60.0


async def audit(url: str, javascript: tuple[NodeCommand, dict[str, str]]) -> list[dict[str, Any]]:
    """What each audit says of the server."""
    command, environment = javascript
    process = await asyncio.create_subprocess_exec(
        *command("http_audits.js", url), env=environment, stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(_SECONDS):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0
    results: list[dict[str, Any]] = json.loads(output)
    return results


async def test_every_audit_passes(
    stage: Stage, javascript: tuple[NodeCommand, dict[str, str]]
) -> None:
    async with on_a_socket(stage.process) as address:
        results = await audit(address.replace("ws://", "http://"), javascript)
    assert [result for result in results if result["status"] != "ok"] == []
    levels = Counter(result["name"].split()[0] for result in results)
    assert len({result["id"] for result in results}) == 61, levels
    assert levels.keys() == {"MUST", "SHOULD", "MAY"}
