"""From an event to a receiver: what arrives, when it comes again, and what is written down."""

import asyncio
import json
from base64 import b64decode
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError
from structlog.contextvars import bound_contextvars
from structlog.testing import capture_logs

from app.domain.webhooks.outcomes import Outcome
from app.otel import OpenTelemetry
from app.processes.webhooks.resolving import SystemResolver
from app.processes.webhooks.sending import Patience, Sender
from app.services.webhooks.finish_try import TryEnd, finish_try
from app.store.webhooks import claims
from app.tracing import span, start_tracing, stop_tracing
from resolvers.event_stream import EVENT_CURSOR
from resolvers.webhook_messages import message_id
from tests.health.otlp import collecting
from tests.webhooks.hooks import Hooks
from tests.webhooks.receiver import Received, Receiver, receiving

_OFFSETS = (60, 300, 900, 3_600, 21_600, 86_400)


def verified(secret: str | None, one: Received) -> dict[str, object]:
    """By the reference library; its clock is the machine's, so the signature's time is looked at elsewhere."""
    assert secret is not None
    library = Webhook(secret)
    library._Webhook__verify_timestamp = _instant  # type: ignore[attr-defined]
    data: dict[str, object] = library.verify(one.body, one.signed)
    return data


def _instant(header: str) -> datetime:
    return datetime.fromtimestamp(float(header), UTC)


async def test_an_event_arrives_signed_and_with_its_cursor(hooks: Hooks) -> None:
    async with receiving() as receiver:
        made = await hooks.listen(receiver.url)
        await hooks.tell()
        [one] = receiver.got
        message = verified(made.secret, one)
        [event] = await hooks.rows("SELECT * FROM event WHERE type = 'AFFILIATE'")
        [delivery] = await hooks.rows("SELECT * FROM webhook_delivery")
        assert one.line == "POST /hooks?token=a HTTP/1.1"
        assert one.headers["host"] == f"127.0.0.1:{receiver.port}"
        assert one.headers["content-type"] == "application/json"
        assert one.headers["webhook-id"] == message_id(delivery["id"])
        assert int(one.headers["webhook-timestamp"]) == int(hooks.world.now.timestamp())
        assert one.body.decode() == delivery["body"]
        assert message.keys() == {"type", "timestamp", "data"}
        data = message["data"]
        assert isinstance(data, dict)
        assert (message["type"], data["name"], data["type"]) == (*[event["name"]] * 2, "AFFILIATE")
        assert EVENT_CURSOR.decode(data["cursor"]) == (1, event["position"])
        assert data["entityId"].startswith("aff_")
        assert data["programId"].startswith("prg_")
        assert "internal" not in json.dumps(data)
        assert delivery["status"] == "DELIVERED"
        [tried] = await hooks.rows("SELECT * FROM webhook_attempt")
        assert (tried["n"], tried["response_status"], tried["error"]) == (1, 200, None)


async def test_it_names_the_request_that_it_comes_from(hooks: Hooks) -> None:
    async with receiving() as receiver:
        await hooks.listen(receiver.url)
        with bound_contextvars(request_id="asked-by-a-client"):
            await hooks.happen()
        with bound_contextvars(request_id="queue_webhooks-1"):
            await hooks.queue()
        with bound_contextvars(request_id="deliver_webhooks-1"), capture_logs() as lines:
            await hooks.deliver()
        [one] = receiver.got
        assert one.headers["x-request-id"] == "asked-by-a-client"
        [delivery] = await hooks.rows("SELECT request_id FROM webhook_delivery")
        assert delivery["request_id"] == "asked-by-a-client"
        assert [line["status"] for line in lines if line["event"] == "webhook sent"] == [200]


async def test_its_tries_are_spans_of_the_trace_that_it_comes_from(hooks: Hooks) -> None:
    async with receiving() as receiver:
        await hooks.listen(receiver.url)
        with collecting() as collected:
            start_tracing(OpenTelemetry(collected.url, "worker"))
            try:
                with span("graphql createAffiliate", "SERVER"):
                    await hooks.happen()
                await hooks.move()
                await hooks.queue()
                receiver.status = 500
                await hooks.deliver()
                receiver.status = 200
                hooks.later(seconds=120)
                await hooks.deliver()
            finally:
                stop_tracing()
    [asked] = collected.named("graphql createAffiliate")
    [queued] = collected.named("webhooks: queue")
    tries = collected.named("webhook: try")
    posts = collected.named("webhook: post")
    assert [one.parent_span_id for one in (queued, *tries)] == [asked.span_id] * 3
    assert {one.trace_id for one in (queued, *tries, *posts)} == {asked.trace_id}
    assert {one.parent_span_id for one in posts} == {one.span_id for one in tries}
    numbers = {one.key: one.value.int_value for one in tries[1].attributes}
    assert numbers["try"] == 2


async def test_it_is_delivered_once(hooks: Hooks) -> None:
    async with receiving() as receiver:
        await hooks.listen(receiver.url)
        await hooks.tell()
        await hooks.queue()
        assert await hooks.deliver() == 0
        hooks.later(days=2)
        assert await hooks.deliver() == 0
        assert len(receiver.got) == 1


async def test_only_what_is_listened_to_comes_and_nothing_from_before(hooks: Hooks) -> None:
    async with receiving() as affiliates, receiving() as ledger:
        await hooks.happen(2)
        await hooks.move()
        await hooks.listen(affiliates.url, "AFFILIATE", "INTENT")
        await hooks.listen(ledger.url, "LEDGER")
        await hooks.tell(3)
        assert (len(affiliates.got), len(ledger.got)) == (3, 0)


async def test_another_programs_events_stay_there(hooks: Hooks) -> None:
    other = Hooks(hooks.world, hooks.worker, (await hooks.world.program()).program_id)
    async with receiving() as receiver:
        await other.listen(receiver.url)
        await hooks.tell()
        assert receiver.got == []


async def arrived(receiver: Receiver, messages: int) -> None:
    async with asyncio.timeout(30), receiver.arrived:
        await receiver.arrived.wait_for(lambda: len(receiver.got) >= messages)


_FAILED = "SELECT DISTINCT error FROM webhook_attempt WHERE error IS NOT NULL"


async def test_slow_receivers_delay_nobody(hooks: Hooks) -> None:
    """All the while none of them has been given up: what arrives has not waited for that, on a machine of any load."""
    async with AsyncExitStack() as hanging, receiving() as quick:
        for manner in ("hangs", "trickles", "hangs"):
            slow = await hanging.enter_async_context(receiving(manner=manner))
            await hooks.listen(slow.url)
        await hooks.listen(quick.url)
        await hooks.happen(5)
        await hooks.queue()
        sending = asyncio.create_task(hooks.deliver(patience=Patience(whole=300.0)))
        await arrived(quick, 5)
        # What happens while others hang is not kept waiting for them either.
        await hooks.happen()
        await hooks.queue()
        await arrived(quick, 6)
        assert await hooks.rows(_FAILED) == []
        await hanging.aclose()
        await sending


@pytest.mark.parametrize("manner", ["hangs", "trickles"])
async def test_slow_receivers_are_given_up(hooks: Hooks, manner: str) -> None:
    async with receiving(manner=manner) as slow:
        await hooks.listen(slow.url)
        await hooks.tell()
        [row] = await hooks.rows(_FAILED)
        assert row["error"] == "There was no answer within 1.5 seconds."


async def test_one_endpoint_has_a_few_places_and_a_failing_one_has_one(hooks: Hooks) -> None:
    async with receiving(manner="hangs") as receiver:
        await hooks.listen(receiver.url)
        await hooks.happen(claims.OF_ENDPOINT + 1)
        await hooks.queue()
        sending = asyncio.create_task(hooks.deliver())
        async with asyncio.timeout(10):
            while receiver.open_now != claims.OF_ENDPOINT:  # noqa: ASYNC110  it waits for messages only
                await asyncio.sleep(0.02)
        await sending
        assert receiver.most_open == claims.OF_ENDPOINT
        assert len(await hooks.rows("SELECT FROM webhook_attempt")) == claims.OF_ENDPOINT + 1


async def test_a_try_whose_process_died_is_made_again(hooks: Hooks) -> None:
    async with receiving() as receiver:
        await hooks.listen(receiver.url)
        await hooks.happen()
        await hooks.queue()
        async with hooks.worker.write(None) as unit:
            [claimed] = await claims.claim_due(unit, 1, hooks.world.now)
        hooks.later(seconds=19)
        assert await hooks.deliver() == 0
        hooks.later(seconds=2)
        assert await hooks.deliver() == 1
        assert await hooks.statuses() == ["DELIVERED"]
        tries = await hooks.rows("SELECT n, error FROM webhook_attempt ORDER BY n")
        assert [row["n"] for row in tries] == [claimed.n, 2]
        assert tries[0]["error"] == claims.LOST
        # It lives after all, and comes too late.
        late = TryEnd(claimed, Outcome(hooks.world.now, 1.0, 500, "Answered 500."), 0.0)
        async with hooks.worker.write(hooks.program_id) as unit:
            await finish_try(unit, late, hooks.world.now)
        assert await hooks.statuses() == ["DELIVERED"]


async def test_rotation_signs_with_both_for_the_overlap(hooks: Hooks) -> None:
    async with receiving() as receiver:
        made = await hooks.listen(receiver.url)
        fresh = await hooks.rotate(made.endpoint_id, 3600)
        await hooks.tell()
        for secret in (made.secret, fresh):
            verified(secret, receiver.got[0])
        hooks.later(seconds=3601)
        await hooks.tell()
        verified(fresh, receiver.got[1])
        with pytest.raises(WebhookVerificationError):
            verified(made.secret, receiver.got[1])
        newest = await hooks.rotate(made.endpoint_id, 0)
        await hooks.tell()
        verified(newest, receiver.got[2])
        with pytest.raises(WebhookVerificationError):
            verified(fresh, receiver.got[2])
        assert len(b64decode(newest.removeprefix("whsec_"))) == 32


async def test_what_was_delivered_can_be_sent_again(hooks: Hooks) -> None:
    async with receiving() as receiver:
        await hooks.listen(receiver.url)
        await hooks.tell()
        [row] = await hooks.rows("SELECT id FROM webhook_delivery")
        assert await hooks.send_again(row["id"], "again") is False
        assert await hooks.send_again(row["id"], "again") is True
        assert await hooks.deliver() == 1
        first, second = receiver.got
        assert first.headers["webhook-id"] == second.headers["webhook-id"]
        assert first.body == second.body
        assert await hooks.statuses() == ["DELIVERED"]
        assert len(await hooks.rows("SELECT FROM webhook_attempt")) == 2


async def test_a_deleted_endpoint_gets_nothing_more(hooks: Hooks) -> None:
    async with receiving(status=500) as receiver:
        made = await hooks.listen(receiver.url)
        await hooks.tell()
        await hooks.update(made.endpoint_id, enabled=False)
        hooks.later(hours=1)
        assert await hooks.tell() == 0
        assert await hooks.statuses() == ["DISABLED"]
        assert len(receiver.got) == 1


async def test_another_installations_key_signs_nothing(hooks: Hooks) -> None:
    async with receiving() as receiver:
        await hooks.listen(receiver.url)
        hooks.box = type(hooks.box)("another key, which is long enough too")
        await hooks.tell()
        assert receiver.connections == 0
        [row] = await hooks.rows("SELECT error FROM webhook_attempt")
        assert "SGE_ENCRYPTION_KEY" in row["error"]


async def test_a_port_where_nobody_listens_is_a_failure(hooks: Hooks) -> None:
    await hooks.listen("http://127.0.0.1:9/")
    await hooks.tell()
    async with receiving(manner="hangs up") as receiver:
        await hooks.listen(receiver.url)
        await hooks.tell()
    rows = await hooks.rows("SELECT DISTINCT error FROM webhook_attempt ORDER BY 1")
    assert [row["error"] for row in rows] == [
        "It could not be connected to.",
        "The connection ended before an answer.",
    ]


async def test_loopback_stored_in_development_is_refused_in_production(hooks: Hooks) -> None:
    async with receiving() as receiver:
        await hooks.listen(receiver.url)
        await hooks.happen()
        await hooks.queue()
        await hooks.deliver(Sender(SystemResolver(), lambda: hooks.world.now))
        assert receiver.connections == 0
