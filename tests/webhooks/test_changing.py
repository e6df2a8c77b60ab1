"""Endpoints made, changed and deleted: what is refused, what is repeated, what is told."""

import asyncio
from uuid import UUID

import pytest

from app.domain.ids import new_id
from app.processes.webhooks.changing import EndpointChanges
from app.processes.webhooks.sending import Sender
from app.services.webhooks.change_endpoints import CreateEndpoint, delete_endpoint
from tests.services.refusals import refused
from tests.services.world import key_of
from tests.webhooks.hooks import Hooks
from tests.webhooks.network import Names
from tests.webhooks.receiver import receiving

URL = "http://127.0.0.1:9/"


def production(hooks: Hooks, names: Names) -> EndpointChanges:
    world = hooks.world
    return EndpointChanges(
        world.api, world.bells, lambda: world.now, hooks.box, names, allow_loopback=False
    )


async def delete(hooks: Hooks, endpoint: UUID) -> None:
    await hooks.world.run(hooks.program_id, delete_endpoint, key_of(hooks.program_id), endpoint)


async def actions(hooks: Hooks) -> list[str]:
    rows = await hooks.rows("SELECT action FROM audit WHERE action LIKE 'webhook%' ORDER BY at, id")
    return [row["action"] for row in rows]


async def test_a_name_is_looked_up_before_it_is_stored(hooks: Hooks) -> None:
    names = Names([["10.1.2.3"], ["93.184.216.34"]])
    changes, key = production(hooks, names), key_of(hooks.program_id)
    command = CreateEndpoint("https://Hooks.Acme.com", ("INTENT",), "k")
    with refused("INVALID_URL", "url"):
        await changes.create(key, command)
    assert await hooks.rows("SELECT FROM webhook_endpoint") == []
    made = await changes.create(key, command)
    [row] = await hooks.rows("SELECT url FROM webhook_endpoint")
    assert row["url"] == "https://hooks.acme.com/"
    # A replay is one whatever the name leads to by then.
    names.answers = [["127.0.0.1"]]
    again = await changes.create(key, command)
    assert (again.endpoint_id, again.secret, again.replayed) == (made.endpoint_id, None, True)


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "https://localhost/", "https://10.0.0.1/"])
async def test_this_machine_is_refused_in_production(hooks: Hooks, url: str) -> None:
    changes = production(hooks, Names([["93.184.216.34"]]))
    with refused("INVALID_URL", "url"):
        await changes.create(key_of(hooks.program_id), CreateEndpoint(url, ("INTENT",), "k"))


async def test_a_key_has_one_meaning(hooks: Hooks) -> None:
    made = await hooks.listen(URL, "INTENT", "LEDGER", key="k")
    assert (await hooks.listen(URL, "LEDGER", "INTENT", key="k")).endpoint_id == made.endpoint_id
    with refused("IDEMPOTENCY_CONFLICT", "idempotencyKey"):
        await hooks.listen(URL, "INTENT", key="k")
    assert len(await hooks.rows("SELECT FROM webhook_secret")) == 1


async def test_a_hundred_at_once_make_one(hooks: Hooks) -> None:
    made = await asyncio.gather(*(hooks.listen(URL, "INTENT", key="k") for _ in range(20)))
    assert len({one.endpoint_id for one in made}) == 1
    assert sum(one.secret is not None for one in made) == 1


@pytest.mark.parametrize("events", [("WEBHOOK",), ("CURSOR",), ("AUDIT",), ("INTENT", "WEBHOOK")])
async def test_what_no_webhook_delivers_is_refused(hooks: Hooks, events: tuple[str, ...]) -> None:
    with refused("INVALID_INPUT", "events"):
        await hooks.listen(URL, *events)
    made = await hooks.listen(URL, "INTENT")
    for wrong in (events, ()):
        with refused("INVALID_INPUT", "events"):
            await hooks.update(made.endpoint_id, events=wrong)


async def test_a_program_has_twenty(hooks: Hooks) -> None:
    made = [await hooks.listen(URL) for _ in range(20)]
    with refused("INVALID_STATE"):
        await hooks.listen(URL)
    await delete(hooks, made[0].endpoint_id)
    await hooks.listen(URL)


async def test_five_secrets_sign_at_most(hooks: Hooks) -> None:
    made = await hooks.listen(URL)
    for _ in range(4):
        await hooks.rotate(made.endpoint_id)
    with refused("INVALID_STATE", "endpointId"):
        await hooks.rotate(made.endpoint_id)
    await hooks.rotate(made.endpoint_id, 0)
    for overlap in (-1, 2_592_001):
        with refused("INVALID_INPUT", "overlapSeconds"):
            await hooks.rotate(made.endpoint_id, overlap)


async def test_another_programs_endpoint_is_not_there(hooks: Hooks) -> None:
    other = Hooks(hooks.world, hooks.worker, (await hooks.world.program()).program_id)
    made = await hooks.listen(URL)
    for endpoint in (made.endpoint_id, new_id()):
        with refused("NOT_FOUND", "id"):
            await other.update(endpoint, enabled=False)
        with refused("NOT_FOUND", "endpointId"):
            await other.rotate(endpoint)
        with refused("NOT_FOUND", "id"):
            await delete(other, endpoint)
        with refused("NOT_FOUND", "deliveryId"):
            await other.send_again(endpoint)


async def test_every_change_is_told_and_audited_once(hooks: Hooks) -> None:
    async with receiving() as receiver:
        made = await hooks.listen(f"{receiver.url}&token=hidden-word")
        endpoint = made.endpoint_id
        await hooks.tell()
        [delivery] = await hooks.rows("SELECT id FROM webhook_delivery")
        await hooks.update(endpoint, url=f"{receiver.url}&token=other-hidden", events=("LEDGER",))
        await hooks.update(endpoint, events=("LEDGER",))  # nothing changes
        await hooks.rotate(endpoint)
        await hooks.send_again(delivery["id"])
        await hooks.update(endpoint, enabled=False)
        with refused("INVALID_STATE", "deliveryId"):
            await hooks.send_again(delivery["id"])
        await delete(hooks, endpoint)
        await delete(hooks, endpoint)
        with refused("INVALID_STATE", "id"):
            await hooks.update(endpoint, enabled=True)
        with refused("INVALID_STATE", "endpointId"):
            await hooks.rotate(endpoint)
    await hooks.queue()
    names = ["created", "updated", "secret_rotated", "redelivery_asked", "updated", "deleted"]
    assert await hooks.told() == [f"webhook_endpoint.{name}" for name in names]
    assert await actions(hooks) == await hooks.told()
    told = await hooks.rows("SELECT data::text FROM event WHERE type = 'WEBHOOK'")
    assert "hidden" not in str(told)
    audited = str(await hooks.rows("SELECT before, after FROM audit"))
    assert "whsec" not in audited + str(told)
    assert made.secret is not None
    assert made.secret not in repr(made)


async def test_what_happened_while_it_was_disabled_never_comes(hooks: Hooks) -> None:
    async with receiving() as receiver:
        made = await hooks.listen(receiver.url)
        await hooks.update(made.endpoint_id, enabled=False)
        await hooks.happen(2)
        await hooks.move()
        await hooks.update(made.endpoint_id, enabled=True)
        await hooks.tell()
        assert len(receiver.got) == 1


async def test_what_waits_goes_to_the_new_address(hooks: Hooks) -> None:
    async with receiving(status=500) as old, receiving() as new:
        made = await hooks.listen(old.url)
        await hooks.tell()
        await hooks.update(made.endpoint_id, url=new.url)
        hooks.later(minutes=2)
        await hooks.deliver()
        assert (len(old.got), len(new.got)) == (1, 1)


async def test_an_event_queued_for_a_disabled_endpoint_ends(hooks: Hooks) -> None:
    async with receiving() as receiver:
        made = await hooks.listen(receiver.url)
        await hooks.happen()
        await hooks.queue()
        # As if it had been queued in the moment in which the endpoint was disabled.
        await hooks.worker.pool.execute(
            "UPDATE webhook_endpoint SET enabled = false WHERE id = $1", made.endpoint_id
        )
        sender = Sender(Names([[]]), lambda: hooks.world.now, allow_loopback=True)
        assert await hooks.deliver(sender) == 0
        assert await hooks.statuses() == ["DISABLED"]
