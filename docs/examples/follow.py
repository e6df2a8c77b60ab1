"""Follows a program of the running demo: prints each event as it happens, and goes on where it has stopped.

python docs/examples/follow.py [--after CURSOR]
"""

import argparse
import asyncio
import contextlib
import json
from pathlib import Path
from typing import Any

import websockets

DEMO = Path(__file__).parents[2] / ".sge" / "demo.json"
QUERY = """
subscription ($id: ID!, $after: String) {
  programEvents(programId: $id, after: $after, types: [INTENT]) { cursor name at data }
}
"""


async def follow(demo: dict[str, Any], after: str | None) -> None:
    """Speaks graphql-transport-ws until it is cancelled."""
    program = demo["programs"][0]
    async with websockets.connect(demo["ws"], subprotocols=["graphql-transport-ws"]) as socket:
        key = {"authorization": f"Bearer {program['apiKey']}"}
        await socket.send(json.dumps({"type": "connection_init", "payload": key}))
        asked = {"query": QUERY, "variables": {"id": program["id"], "after": after}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": asked}))
        async for message in socket:
            told = json.loads(message)
            if told["type"] == "ping":
                await socket.send(json.dumps({"type": "pong"}))
            elif told["type"] == "next":
                print(json.dumps(told["payload"]["data"]["programEvents"]))
            elif told["type"] != "connection_ack":
                print(message)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--after", help="the last cursor that was shown")
    options.add_argument("--demo", type=Path, default=DEMO, help="where demo.json is")
    given = options.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(follow(json.loads(given.demo.read_text()), given.after))
