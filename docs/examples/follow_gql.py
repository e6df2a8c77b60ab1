"""The PyPI package gql (with its extra, websockets) over restarts of the server: it does not subscribe again by itself."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

from gql import Client, gql
from gql.transport.exceptions import TransportError, TransportQueryError
from gql.transport.websockets import WebsocketsTransport

EVENTS = """
subscription ($program: ID!, $after: String) {
  programEvents(programId: $program, after: $after) { cursor type name entityId data }
}
"""
LONGEST_WAIT_SECONDS = 60.0


async def follow(
    url: str, key: str, program: str, after: str | None = None, first_wait_seconds: float = 1.0
) -> AsyncIterator[dict[str, Any]]:
    """Every event after a cursor, none lost, for ever: `url` is ws://…/graphql, `key` an API key with READ.

    Raises TransportQueryError for what trying again does not help, such as CURSOR_EXPIRED.
    """
    wait = first_wait_seconds
    while True:
        try:
            async with Client(transport=_transport(url, key)) as session:
                request = gql(EVENTS)
                request.variable_values = {"program": program, "after": after}
                async for result in session.subscribe(request):
                    event = result["programEvents"]
                    yield event
                    after, wait = event["cursor"], first_wait_seconds
        except TransportQueryError as refused:
            if not _passes(refused):
                raise
        except (TransportError, OSError):
            pass  # the server stopped, was killed, or is not back yet
        await asyncio.sleep(wait * random.uniform(0.5, 1.5))  # noqa: S311  no secret
        wait = min(2 * wait, LONGEST_WAIT_SECONDS)


def _transport(url: str, key: str) -> WebsocketsTransport:
    return WebsocketsTransport(
        url=url,
        init_payload={"authorization": f"Bearer {key}"},
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
    )


def _passes(refused: TransportQueryError) -> bool:
    """Whether the server says when to try again (too slow, too many)."""
    return any("retryAfterSeconds" in error.get("extensions", {}) for error in refused.errors or ())
