"""What comes of a provider's events."""

from datetime import timedelta

import pytest
from structlog.contextvars import bound_contextvars

from app.domain.amounts import AmountText
from app.otel import OpenTelemetry
from app.services.corrections.reverse_settlement import ReverseSettlement, reverse_settlement
from app.store.feed.events import EventFeed
from app.store.providers.events import put_off
from app.tracing import span, start_tracing, stop_tracing
from tests.health.otlp import collecting
from tests.providers.charges import body_of
from tests.providers.shop import Shop
from tests.services.world import key_of, wallet

HUNDRED = {
    "PROVIDER": -100_000_000,
    "PROGRAM": 82_000_000,
    "PLATFORM": 1_000_000,
    "AFFILIATE LEAF": 10_000_000,
    "AFFILIATE MIDDLE": 5_000_000,
    "AFFILIATE ROOT": 2_000_000,
}


async def test_a_charge_from_its_making_to_its_payment(shop: Shop) -> None:
    charge = shop.charge()
    await shop.tell(charge.event("created"))
    made = await shop.intent(charge)
    assert (made["status"], made["stage"], made["amount"]) == ("PENDING", "QUEUED", None)
    assert made["created_by"] == "provider:coinbase-commerce"
    assert made["payload"] == {
        "provider": "coinbase-commerce",
        "charge": charge.code,
        "referralCode": "LEAF",
    }
    await shop.tell(charge.event("pending"))
    assert (await shop.intent(charge))["status"] == "PROCESSING"
    await shop.tell(charge.paid("60.00").paid("40").paid("7", status="PENDING").event("confirmed"))
    done = await shop.intent(charge)
    assert (done["status"], done["stage"], done["version"]) == ("CONFIRMED", "FINAL", 3)
    # The payment of a wallet that is not registered fixes no referrer.
    assert (done["registered_at"], done["users_referrer"]) == (None, None)
    assert await shop.balances() == HUNDRED
    query = "SELECT action FROM audit WHERE target_id = $1 AND actor = 'provider:coinbase-commerce'"
    audited = await shop.world.fetch(shop.id, query, str(done["id"]))
    assert {row["action"] for row in audited} >= {"intent.accepted", "intent.confirmed"}
    assert await shop.outcomes() == ["APPLIED", "APPLIED", "SETTLED"]
    assert await shop.discrepancies() == []


async def test_its_request_and_trace_go_on_from_where_it_came_in(shop: Shop) -> None:
    charge = shop.charge()
    with collecting() as collected:
        start_tracing(OpenTelemetry(collected.url, "worker"))
        try:
            with (
                bound_contextvars(request_id="asked-by-the-provider"),
                span("receive coinbase-commerce", "SERVER"),
            ):
                assert await shop.receive(charge.event("created"))
            with bound_contextvars(request_id="process_provider_events-1"):
                await shop.process()
        finally:
            stop_tracing()
    [received] = collected.named("receive coinbase-commerce")
    [processed] = collected.named("provider event: process")
    assert processed.parent_span_id == received.span_id
    made = await shop.intent(charge)
    await EventFeed(shop.worker, lambda: shop.world.now).move_outbox()
    query = "SELECT request_id, traceparent FROM event WHERE name = 'intent.accepted' AND entity_id = $1"
    [told] = await shop.world.fetch(shop.id, query, str(made["id"]))
    assert told["request_id"] == "asked-by-the-provider"
    assert told["traceparent"].split("-")[1] == received.trace_id.hex()


async def test_nothing_of_it_is_ever_work_for_a_chain(shop: Shop) -> None:
    for step in ("created", "pending"):
        await shop.tell(shop.charge().event(step))
    assert await shop.world.fetch(shop.id, "SELECT * FROM intent_todo") == []


@pytest.mark.parametrize("first", ["confirmed", "resolved"])
async def test_what_comes_after_the_payment_changes_nothing(shop: Shop, first: str) -> None:
    charge = shop.charge().paid("100")
    await shop.tell(charge.event(first))
    for step in ("created", "pending", "failed", "delayed", "confirmed", "resolved"):
        await shop.tell(charge.event(step))
    assert await shop.balances() == HUNDRED
    assert await shop.outcomes() == ["SETTLED", *["STALE"] * 6]


async def test_an_event_that_comes_again_is_kept_once(shop: Shop) -> None:
    charge = shop.charge().paid("100")
    for attempt in range(1, 4):
        await shop.tell(charge.event("confirmed", "the-event", attempt))
    assert await shop.outcomes() == ["SETTLED"]
    assert await shop.balances() == HUNDRED


async def test_not_paid_then_paid_after_all(shop: Shop) -> None:
    charge = shop.charge()
    await shop.tell(charge.event("failed"), charge.event("created"), charge.event("pending"))
    failed = await shop.intent(charge)
    assert (failed["status"], failed["failure_code"]) == ("FAILED", "REJECTED")
    assert failed["failure_retryable"] is False
    await shop.tell(charge.paid("100").event("resolved"))
    assert (await shop.intent(charge))["status"] == "CONFIRMED"
    assert await shop.balances() == HUNDRED


async def test_paid_late_waits_for_a_person(shop: Shop) -> None:
    charge = shop.charge()
    await shop.tell(charge.event("created"), charge.event("failed"))
    await shop.tell(charge.paid("30").event("delayed"), charge.paid("70").event("delayed"))
    late = await shop.intent(charge)
    assert (late["status"], late["failure_code"]) == ("FAILED", "PAID_LATE")
    assert late["failure_retryable"] is True
    assert await shop.balances() == {}

    await shop.retry(late["id"])
    assert (await shop.intent(charge))["status"] == "PENDING"
    shop.world.now += timedelta(days=3)
    await shop.process()
    assert (await shop.intent(charge))["status"] == "CONFIRMED"
    # The event that has seen both payments is credited.
    assert await shop.balances() == HUNDRED
    assert "process_provider_events" in shop.world.bells.jobs_rung
    await shop.retry(late["id"])
    assert await shop.process() == 0


async def test_less_and_more_than_was_asked_is_credited_as_paid(shop: Shop) -> None:
    await shop.tell(shop.charge().paid("0.000001").event("confirmed"))
    await shop.tell(shop.charge().paid("5000.10").event("resolved"))
    assert (await shop.balances())["PROVIDER"] == -5_000_100_001


async def test_a_later_event_that_names_more_is_told_of(shop: Shop) -> None:
    charge = shop.charge().paid("100")
    await shop.tell(charge.event("confirmed"))
    await shop.tell(charge.paid("11").event("resolved"))
    assert await shop.balances() == HUNDRED
    [found] = await shop.discrepancies()
    assert (found["kind"], found["severity"]) == ("UNATTRIBUTED_PAYMENT", "WARNING")
    assert (found["expected"], found["actual"]) == ("100000000", "111000000")


@pytest.mark.parametrize("code", [None, "", "NOBODY", "x", "\0", 5, ["LEAF"]])
async def test_a_code_that_is_nobodys_earns_nobody_anything(shop: Shop, code: object) -> None:
    await shop.tell(shop.charge(referralCode=code).paid("100").event("confirmed"))
    assert await shop.balances() == {
        "PROVIDER": -100_000_000,
        "PROGRAM": 99_000_000,
        "PLATFORM": 1_000_000,
    }


async def test_nobody_earns_from_their_own_payment_or_from_their_branch(shop: Shop) -> None:
    own = wallet()
    await shop.world.affiliate(shop.id, "OWN", "LEAF", own)
    await shop.world.affiliate(shop.id, "BELOW", "OWN")
    for code in ("own", "BELOW"):
        await shop.tell(shop.charge(wallet=own, referralCode=code).paid("50").event("confirmed"))
    assert (await shop.balances())["PROGRAM"] == 99_000_000


async def test_a_suspended_affiliate_earns_nothing_and_nobody_above_gets_it(shop: Shop) -> None:
    query = "SELECT public_id FROM affiliate WHERE program_id = $1 AND referral_code = 'MIDDLE'"
    [row] = await shop.world.fetch(shop.id, query, shop.id)
    charge = shop.charge().paid("100")
    await shop.tell(charge.event("created"))
    await shop.suspend(row["public_id"])
    await shop.tell(charge.event("confirmed"))
    after = dict(HUNDRED, PROGRAM=87_000_000)
    del after["AFFILIATE MIDDLE"]
    assert await shop.balances() == after


async def test_a_paused_program_hears_of_its_payments(shop: Shop) -> None:
    async with shop.worker.write(shop.id) as unit:
        await unit.connection.execute(
            "UPDATE program SET status = 'PAUSED', pause_reason = 'a test', paused_by = 'test',"
            " paused_at = now() WHERE id = $1",
            shop.id,
        )
    await shop.tell(shop.charge().paid("100").event("confirmed"))
    assert await shop.balances() == HUNDRED


async def test_types_that_say_nothing_to_us(shop: Shop) -> None:
    await shop.tell(body_of("e1", "invoice:paid", [1]), body_of("e2", "charge:unheard", None))
    assert await shop.outcomes() == ["IGNORED", "IGNORED"]
    assert await shop.discrepancies() == []


async def test_an_event_that_breaks_off_for_days_is_tried_hourly(shop: Shop) -> None:
    charge = shop.charge().paid("100")
    assert await shop.receive(charge.event("confirmed"))
    query = "SELECT id, tries, due_at FROM provider_event WHERE program_id = $1"
    [event] = await shop.world.fetch(shop.id, query, shop.id)
    waits = []
    for _ in range(60):
        async with shop.worker.write(shop.id) as unit:
            await put_off(unit, shop.id, event["id"], shop.world.now)
        [event] = await shop.world.fetch(shop.id, query, shop.id)
        waits.append((event["due_at"] - shop.world.now).total_seconds())
    assert waits == [min(5 * 2**tries, 3600) for tries in range(60)]
    await shop.process()
    assert await shop.outcomes() == [None]
    shop.world.now += timedelta(hours=1)
    await shop.process()
    assert await shop.outcomes() == ["SETTLED"]


async def test_what_a_provider_was_paid_can_be_reversed_in_parts(shop: Shop) -> None:
    charge = shop.charge().paid("100")
    await shop.tell(charge.event("confirmed"))
    query = "SELECT id FROM settlement WHERE program_id = $1"
    [settlement] = await shop.world.fetch(shop.id, query, shop.id)
    for key, part in (("first", AmountText("30", "USDC")), ("rest", None)):
        command = ReverseSettlement(settlement["id"], part, "the customer sent it back", key)
        await shop.world.run(shop.id, reverse_settlement, key_of(shop.id), command)
        left = 70 if part else 0
        assert await shop.balances() == {
            name: units * left // 100 for name, units in HUNDRED.items() if left
        } | {"PROVIDER": -100_000_000, "REFUND": (100 - left) * 1_000_000}
