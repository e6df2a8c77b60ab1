"""Run by name (pytest -m long tests/storm/storm.py). Under a mixed load, one part of the deployment after the other is stopped and started again: nothing is lost, nothing comes
twice, the books agree with the chain, and everybody who watched has seen everything.
"""

import asyncio
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from sge.demo.api import Api, wait_until_ready
from sge.demo.chain import top_up_relayers
from sge.demo.payout_cycle.play import play_payout_cycle
from sge.demo.progress import Progress
from tests.storm.load import CUSTOMERS, Customers, Tally, customers_of, pay_affiliates
from tests.storm.town import Town, running_town
from tests.storm.witnesses import HOOKED, Witnesses, watching

pytestmark = pytest.mark.long

AWAY_SECONDS = 3.0
BACK_SECONDS = 3.0
QUIET_SECONDS = 120.0
# A delivery that a dying worker took is tried again a minute later.
HOOKS_SECONDS = 180.0
OPEN = """
query ($slug: String!) { program(slug: $slug) { status pause { reason }
  statistics { intentsByStatus { status count } } discrepancies(open: true) { nodes { kind message } } } }
"""
RUN = """
mutation ($program: ID!, $key: String!) {
  runReconciliation(programId: $program, full: true, idempotencyKey: $key) { run { id } userErrors { code message } }
}
"""
ENDED = """
query ($id: ID!) { node(id: $id) { ... on ReconciliationRun {
  status checks { name passed expected actual } discrepancies { nodes { kind message } } } } }
"""
STATUSES = (
    "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Intent { id status failure { code } } } }"
)
EVENTS = """
SELECT e.type, e.name, e.position FROM event e JOIN program p ON p.id = e.program_id
 WHERE p.slug = $1 AND e.type <> 'AUDIT' ORDER BY e.position
"""


def faults(town: Town) -> list[tuple[str, Callable[[], object], Callable[[], object]]]:
    """What is ended and how it comes back: each process of ours once by SIGKILL or SIGTERM, each server by a crash."""
    parts = []
    for number, (name, process) in enumerate(town.processes.items()):
        how = (signal.SIGKILL, signal.SIGTERM)[number % 2]
        parts.append((f"{name} by {how.name}", lambda p=process, h=how: p.end(h), process.start))
    servers = (town.services.redis, town.standby, town.services.postgres, town.services.anvil)
    return parts + [(one.name, lambda s=one: town.crash(s), one.start) for one in servers]


@pytest.fixture
def town(server_folder: Path) -> Iterator[Town]:
    with running_town(server_folder) as everything:
        yield everything


async def test_each_part_may_stop_and_nothing_is_lost(town: Town) -> None:
    tally = Tally()
    async with watching(town) as witnesses:
        everybody = customers_of(town, tally)
        for customers in everybody:
            await customers.arrive()
        await storm(town, everybody, tally)
        print(f"tries: {dict(tally.tries)}, cycles: {tally.cycles}")  # noqa: T201  shown with -s
        assert not tally.odd, (tally.odd, town.faults())
        for tenant in town.tenants:
            await has_settled(town, tenant, tally.accepted[tenant["slug"]])
        await play_payout_cycle(town.description, Progress(quiet=True))
        for tenant in town.tenants:
            await agrees(town, tenant)
            await everything_was_seen(town, tenant, witnesses)


async def storm(town: Town, everybody: list[Customers], tally: Tally) -> None:
    """One part after the other goes and comes back, under load."""
    load = [
        asyncio.create_task(customers.pay(wallet))
        for customers in everybody
        for wallet in CUSTOMERS
    ]
    load.append(asyncio.create_task(pay_affiliates(town, tally)))
    try:
        for name, end, start in faults(town):
            await asyncio.to_thread(end)
            await asyncio.sleep(AWAY_SECONDS)
            await asyncio.to_thread(start)
            for url in town.urls:
                await wait_until_ready(url)
            before = sum(map(len, tally.accepted.values()))
            await asyncio.sleep(BACK_SECONDS)
            await asyncio.to_thread(top_up_relayers, town.services.anvil, town.keys)
            assert sum(map(len, tally.accepted.values())) > before, f"nothing goes on after {name}"
            assert not any(task.done() for task in load), [t for t in load if t.done()]
    finally:
        for task in load:
            task.cancel()
        await asyncio.gather(*load, return_exceptions=True)


async def has_settled(town: Town, tenant: dict[str, Any], accepted: set[str]) -> None:
    """Every intent that was accepted is CONFIRMED, and no program was paused."""
    deadline = time.monotonic() + QUIET_SECONDS
    async with Api(town.urls[0], tenant["apiKey"]) as api:
        waiting = sorted(accepted)
        while waiting:
            rows = []
            for first in range(0, len(waiting), 100):
                asked = await api.query(STATUSES, ids=waiting[first : first + 100])
                rows += asked["nodes"]
            waiting = [row["id"] for row in rows if row["status"] != "CONFIRMED"]
            assert time.monotonic() < deadline, [r for r in rows if r["status"] != "CONFIRMED"]
            await asyncio.sleep(1)
        program = (await api.query(OPEN, slug=tenant["slug"]))["program"]
        assert program["status"] == "ACTIVE", program
        assert program["discrepancies"]["nodes"] == []


async def agrees(town: Town, tenant: dict[str, Any]) -> None:
    """A full reconciliation finds nothing."""
    async with Api(town.urls[1], tenant["apiKey"]) as api:
        asked = await api.mutate(
            "runReconciliation", RUN, program=tenant["id"], key=f"storm-{uuid4()}"
        )
        deadline = time.monotonic() + QUIET_SECONDS
        while True:
            run = (await api.query(ENDED, id=asked["run"]["id"]))["node"]
            if run["status"] != "RUNNING":
                break
            assert time.monotonic() < deadline, run
            await asyncio.sleep(0.5)
        assert run["status"] == "CLEAN", run


async def everything_was_seen(town: Town, tenant: dict[str, Any], witnesses: Witnesses) -> None:
    """By each subscriber in the order of the record, each event once; by the receiver at least once."""
    slug, deadline = tenant["slug"], time.monotonic() + HOOKS_SECONDS
    reader = await asyncpg.connect(town.services.postgres.dsn("sge_worker"))
    try:
        while True:
            record = [(row["type"], row["name"]) for row in await reader.fetch(EVENTS, slug)]
            sequences = [witnesses.heard[slug, url] for url in town.urls]
            reference = sequences[0]
            told = [(event["type"], event["name"]) for event in reference]
            hooked = {event["cursor"] for event in reference if event["type"] in HOOKED}
            complete = all(one[-1:] == reference[-1:] for one in sequences)
            if complete and told == record[-len(told) :] and hooked == set(witnesses.hooked(slug)):
                break
            assert time.monotonic() < deadline, missing(slug, record, sequences, hooked, witnesses)
            await asyncio.sleep(0.5)
    finally:
        await reader.close()
    cursors = [event["cursor"] for event in reference]
    assert len(set(cursors)) == len(cursors)
    assert all(sequence == reference for sequence in sequences)


def missing(
    slug: str,
    record: list[tuple[str, str]],
    sequences: list[list[dict[str, Any]]],
    hooked: set[str],
    witnesses: Witnesses,
) -> dict[str, Any]:
    """What the test says when somebody has not seen everything."""
    return {
        "record": len(record),
        "told": [len(sequence) for sequence in sequences],
        "last": [sequence[-1:] for sequence in sequences],
        "hooks missing": len(hooked - set(witnesses.hooked(slug))),
        "hooks too many": len(set(witnesses.hooked(slug)) - hooked),
    }
