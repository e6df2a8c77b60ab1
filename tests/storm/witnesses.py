"""Who watches from outside: subscribers at each API process, and a receiver of webhooks."""

import asyncio
import importlib.util
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sge.demo.api import Api
from sge.embedded.project import PROJECT
from tests.storm.town import Town
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

Event = dict[str, Any]


@dataclass
class Witnesses:
    """heard: by (program's slug, API process), in the order in which it came. receivers: by program."""

    heard: dict[tuple[str, str], list[Event]] = field(default_factory=dict)
    receivers: dict[str, Receiver] = field(default_factory=dict)

    def hooked(self, slug: str) -> dict[str, Event]:
        """What the program's receiver got, by cursor: one message may come twice."""
        bodies = [json.loads(one.body)["data"] for one in self.receivers[slug].got]
        return {one["cursor"]: one for one in bodies}


@asynccontextmanager
async def watching(town: Town) -> AsyncIterator[Witnesses]:
    """From here on, each event of each program is to reach everybody."""
    witnesses, tasks = Witnesses(), []
    follow = _client_of_the_handbook()
    async with receiving() as one, receiving() as other:
        for tenant, receiver in zip(town.tenants, (one, other), strict=True):
            witnesses.receivers[tenant["slug"]] = receiver
            async with Api(town.urls[0], tenant["apiKey"]) as api:
                await _hook(api, tenant["id"], receiver.url)
                cursor = (await api.query(_CURSOR, slug=tenant["slug"]))["program"]["eventCursor"]
            for url in town.urls:
                heard = witnesses.heard.setdefault((tenant["slug"], url), [])
                ws = f"{url.replace('http', 'ws', 1)}/graphql"
                events = follow(ws, tenant["apiKey"], tenant["id"], cursor, 0.2)
                tasks.append(asyncio.create_task(_note(events, heard)))
        try:
            yield witnesses
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(end, asyncio.CancelledError) for end in ends), ends


async def _note(events: AsyncIterator[Event], heard: list[Event]) -> None:
    async for event in events:
        if event["type"] != "CURSOR":
            heard.append(event)  # noqa: PERF401  it has no end


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
