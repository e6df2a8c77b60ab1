"""Under a mixed load, one part of the deployment after the other is stopped and started again: nothing is lost, nothing comes
twice, the books agree with the chain, and everybody who watched has seen everything.

Seen as it goes: python -m pytest -m long -s -p no:xdist tests/storm/test_storm.py
"""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sge.demo.api import wait_until_ready
from sge.demo.chain import top_up_relayers
from sge.demo.payout_cycle.play import play_payout_cycle
from sge.demo.progress import Progress
from tests.storm.aftermath import (
    agrees,
    everything_was_seen,
    has_settled,
    money_is_where_it_should_be,
)
from tests.storm.faults import Fault, faults
from tests.storm.load import CUSTOMERS, Customers, Tally, customers_of, pay_affiliates
from tests.storm.pulse import Window, gaps
from tests.storm.town import Town, running_town
from tests.storm.waiting import say, until
from tests.storm.witnesses import Witnesses, watching

pytestmark = pytest.mark.long

# An outage is as long as that, and until this many answers of any kind have come.
AWAY_SECONDS = 2.0
AWAY_ANSWERS = 10
# A killed worker's lane is somebody else's after its lease of 30 s, a pooler tries again after 15 s.
BACK_SECONDS = 120.0


@pytest.fixture
def town(server_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    with running_town(server_folder) as everything:
        monkeypatch.setenv("SSL_CERT_FILE", str(everything.nginx.authority_file))
        yield everything


async def test_each_part_may_stop_and_nothing_is_lost(town: Town) -> None:
    tally = Tally()
    async with watching(town) as witnesses:
        everybody = customers_of(town, tally)
        for customers in everybody:
            await customers.arrive()
        say("everybody is registered; the storm begins")
        windows = await storm(town, everybody, tally, witnesses)
        print(*gaps(windows, tally, witnesses), sep="\n")  # noqa: T201
        say(
            f"{tally.count} accepted; tries: {dict(tally.tries)}; payout cycles: {len(tally.cycles)}"
        )
        assert not tally.odd, (tally.odd, town.faults())
        await all_is_well(town, tally, witnesses)


async def storm(
    town: Town, everybody: list[Customers], tally: Tally, witnesses: Witnesses
) -> list[Window]:
    """One part after the other goes and comes back, under load; when each went."""
    load = [
        asyncio.create_task(customers.pay(wallet))
        for customers in everybody
        for wallet in CUSTOMERS
    ]
    owners = asyncio.create_task(pay_affiliates(town, tally))
    begun = []
    try:
        for fault in faults(town):
            begun.append((fault.name, time.monotonic()))
            await goes_and_comes_back(town, fault, tally, witnesses)
            assert not any(task.done() for task in (*load, owners)), [t for t in load if t.done()]
            assert not town.ended()
        tally.closing = True
        await asyncio.gather(*load)
    finally:
        for task in (*load, owners):
            task.cancel()
        await asyncio.gather(*load, owners, return_exceptions=True)
    ends = [at for _, at in begun[1:]] + [time.monotonic()]
    return [Window(name, at, end) for (name, at), end in zip(begun, ends, strict=True)]


async def goes_and_comes_back(town: Town, fault: Fault, tally: Tally, witnesses: Witnesses) -> None:
    """Returns when payments that were accepted afterwards are heard of as confirmed."""
    await asyncio.to_thread(fault.end)
    enough = tally.answers + AWAY_ANSWERS

    async def unnoticed() -> int:
        return enough - tally.answers if enough > tally.answers else 0

    await asyncio.sleep(AWAY_SECONDS)
    await until(unnoticed, BACK_SECONDS)
    await asyncio.to_thread(fault.start)
    back = time.monotonic()
    for url in town.urls:
        await wait_until_ready(url)
    await asyncio.to_thread(top_up_relayers, town.services.anvil, town.keys)

    async def deaf() -> list[str]:
        return still_deaf(tally, witnesses, back)

    await until(deaf, BACK_SECONDS)
    say(f"{fault.name}: heard of again {time.monotonic() - back:.1f} s after its return")


def still_deaf(tally: Tally, witnesses: Witnesses, since: float) -> list[str]:
    """Of which programs nobody who listens has heard of a payment confirmed that was accepted since then.

    One subscriber who has is enough here: how soon another one comes back is its own patience.
    """
    waiting = []
    for slug, accepted in tally.accepted.items():
        late = {intent for intent, at in accepted.items() if at > since}
        heard = (
            one for (of, _), sequence in witnesses.heard.items() if of == slug for one in sequence
        )
        if not any(one.name == "intent.confirmed" and one.entity_id in late for one in heard):
            waiting.append(f"subscribers of {slug}")
        if not any(one.at > since for one in witnesses.receivers[slug].got[-1:]):
            waiting.append(f"receiver of {slug}")
    return waiting


async def all_is_well(town: Town, tally: Tally, witnesses: Witnesses) -> None:
    """Of each program, after one more payout cycle without disturbance."""
    await asyncio.gather(
        play_payout_cycle(town.description, Progress(quiet=True)),
        *(has_settled(town, one, list(tally.accepted[one["slug"]])) for one in town.tenants),
    )
    say("everything has settled, and one more payout cycle is through")
    money_is_where_it_should_be(town, tally.left)
    for tenant in town.tenants:
        await agrees(town, tenant)
    say("reconciliations are clean")
    for tenant in town.tenants:
        accepted = list(tally.accepted[tenant["slug"]])
        await everything_was_seen(town, tenant, accepted, witnesses)
    say(
        f"everybody has seen everything: {sum(map(len, witnesses.heard.values()))} events, "
        f"{sum(len(one.got) for one in witnesses.receivers.values())} messages"
    )
