"""Who watches from outside: subscribers at each front, and a receiver of webhooks."""

import asyncio
import importlib.util
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from resolvers.shown_events import EVENT_CURSOR
from sge.demo.api import Api
from sge.embedded.project import PROJECT
from tests.storm.town import Town, socket_of
from tests.webhooks.receiver import Receiver, receiving

EXAMPLE = PROJECT / "docs" / "examples" / "follow_gql.py"
# What the receiver asks for; WEBHOOK events are for subscribers only.
HOOKED = ("INTENT", "SETTLEMENT", "COMMISSION", "PAYOUT_BATCH", "LEDGER", "RECONCILIATION")
_CREATE = """
mutation ($program: ID!, $url: String!, $events: [EventType!]!, $key: String!) {
  createWebhookEndpoint(programId: $program, url: $url, events: $events, idempotencyKey: $key) {
    endpoint { id } userErrors { code message }
  }
}
"""
_CURSOR = "query ($slug: String!) { program(slug: $slug) { eventCursor } }"


@dataclass(frozen=True)
class Seen:
    """An event as it reached somebody. position: in the record; at: by the witness's own clock."""

    position: int
    type: str
    name: str
    entity_id: str
    at: float


@dataclass
class Witnesses:
    """heard: by (program's slug, front), in the order in which it came. hooked: by program. since: the first position that
    a program's subscribers have not been promised.
    """

    heard: dict[tuple[str, str], list[Seen]] = field(default_factory=dict)
    receivers: dict[str, Receiver] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)

    def hooked(self, slug: str) -> list[Seen]:
        """What the program's receiver got; one message may come twice."""
        return [seen(json.loads(one.body)["data"], one.at) for one in self.receivers[slug].got]


def seen(event: dict[str, Any], at: float) -> Seen:
    """An event of a subscription or of a webhook's body."""
    return Seen(position_of(event["cursor"]), event["type"], event["name"], event["entityId"], at)


def position_of(cursor: str) -> int:
    """Which place of the record it stands for; the epoch must stay the first one: nothing is taken back here."""
    epoch, position = EVENT_CURSOR.decode(cursor)
    assert int(epoch) == 1
    return int(position)


@asynccontextmanager
async def watching(town: Town) -> AsyncIterator[Witnesses]:
    """From here on, each event of each program is to reach everybody."""
    witnesses, tasks = Witnesses(), []
    follow = _client_of_the_handbook()
    async with receiving() as one, receiving() as other:
        for tenant, receiver in zip(town.tenants, (one, other), strict=True):
            slug = tenant["slug"]
            witnesses.receivers[slug] = receiver
            async with Api(town.urls[0], tenant["apiKey"]) as api:
                await _hook(api, tenant["id"], receiver.url)
                cursor = (await api.query(_CURSOR, slug=slug))["program"]["eventCursor"]
            witnesses.since[slug] = position_of(cursor)
            for url in town.fronts:
                heard = witnesses.heard.setdefault((slug, url), [])
                ws = f"{socket_of(url)}/graphql"
                events = follow(ws, tenant["apiKey"], tenant["id"], cursor, 0.2)
                tasks.append(asyncio.create_task(_note(events, heard)))
        try:
            yield witnesses
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(end, asyncio.CancelledError) for end in ends), ends


async def _note(events: AsyncIterator[dict[str, Any]], heard: list[Seen]) -> None:
    async for event in events:
        if event["type"] != "CURSOR":
            heard.append(seen(event, time.monotonic()))  # noqa: PERF401  it has no end


async def _hook(api: Api, program: str, url: str) -> None:
    given = {"program": program, "url": url, "events": HOOKED, "key": uuid4().hex}
    await api.mutate("createWebhookEndpoint", _CREATE, **given)


def _client_of_the_handbook() -> Any:
    specification = importlib.util.spec_from_file_location("follow_gql", EXAMPLE)
    assert specification is not None
    assert specification.loader is not None
    example = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(example)
    return example.follow
