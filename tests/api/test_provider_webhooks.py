"""Payments through Coinbase Commerce as a client and the provider see them: webhooks, intents, ledger."""

import asyncio
from typing import Any

import asyncpg
import pytest

from app.bus.bells import RedisBells
from tests.api.provider import SECRET, Provider
from tests.fixtures.databases import Database
from tests.providers.charges import signature_of

BALANCES = """
query ($slug: String!) { program(slug: $slug) { balances { providerPending { amount } ledger { amount }
  owedToAffiliates { amount } owedRefunds { amount } onChain { amount } available { amount } } } }
"""
RETRY = """
mutation ($id: ID!) { retryIntent(id: $id, reason: "paid late") { intent { status } userErrors { code } } }
"""
_BREAK_OFF = """
SELECT bool_or(pg_cancel_backend(pid)) FROM pg_stat_activity
 WHERE datname = current_database() AND usename = 'sge_api' AND wait_event_type = 'Lock'
"""
REVERSE = """
mutation ($id: ID!, $key: String!, $amount: Decimal!) {
  reverseSettlement(id: $id, amount: {amount: $amount, currency: "USDC"}, reason: "returned", idempotencyKey: $key) {
    reversal { amount { amount } } userErrors { code }
  }
}
"""


async def test_a_payment_as_clients_see_it(provider: Provider) -> None:
    program = provider.program
    await program.affiliate("ROOT")
    await program.affiliate("LEAF", "ROOT")
    charge = provider.charge(referralCode="LEAF")
    await provider.tell(charge.event("created"), charge.event("pending"))
    waiting = await provider.shown()
    assert (waiting["kind"], waiting["status"]) == ("COMMERCE_PAYMENT", "PROCESSING")
    assert (waiting["amount"], waiting["settlement"]) == (None, None)

    await provider.tell(charge.paid("100.00").event("confirmed"))
    paid = await provider.shown()
    assert (paid["status"], paid["stage"]) == ("CONFIRMED", "FINAL")
    assert paid["amount"] == {"amount": "100.000000", "currency": "USDC"}
    assert paid["user"] == {"wallet": charge.metadata["wallet"], "registeredAt": None}
    assert [one["actor"] for one in paid["timeline"]] == ["provider:coinbase-commerce"] * 3
    settlement = paid["settlement"]
    assert (settlement["transaction"], settlement["blockNumber"]) == (None, None)
    assert [one["amount"]["amount"] for one in settlement["commissions"]] == [
        "10.000000",
        "5.000000",
    ]
    [journal] = settlement["ledgerTransactions"]
    assert journal["kind"] == "SETTLEMENT"
    assert "PROVIDER" in str(journal["entries"])
    balances = await program.ask(BALANCES, slug=program.slug)
    [balance] = balances["program"]["balances"]
    assert balance["providerPending"] == {"amount": "100.000000"}
    # What the provider has is not in the Safe.
    assert balance["available"] == {"amount": "0.000000"}


async def test_paid_late_is_credited_by_a_persons_retry(provider: Provider) -> None:
    await provider.tell(provider.charge().paid("7").event("delayed"))
    late = await provider.shown()
    assert late["failure"] == {"code": "PAID_LATE", "retryable": True}
    asked = await provider.program.ask(RETRY, id=late["id"])
    assert asked["retryIntent"] == {"intent": {"status": "PENDING"}, "userErrors": []}
    await provider.process()
    assert (await provider.shown())["amount"] == {"amount": "7.000000", "currency": "USDC"}
    again = await provider.program.ask(RETRY, id=late["id"])
    assert again["retryIntent"]["intent"] == {"status": "CONFIRMED"}


async def test_a_reversal_owes_the_payer_a_refund(provider: Provider) -> None:
    await provider.program.affiliate("LEAF")
    await provider.tell(provider.charge(referralCode="LEAF").paid("100").event("confirmed"))
    settlement = (await provider.shown())["settlement"]["id"]
    for key, amount in (("a", "30"), ("b", "70")):
        done = await provider.program.ask(REVERSE, id=settlement, key=key, amount=amount)
        assert done["reverseSettlement"]["userErrors"] == []
    balances = await provider.program.ask(BALANCES, slug=provider.program.slug)
    [balance] = balances["program"]["balances"]
    assert balance["owedRefunds"] == {"amount": "100.000000"}
    assert balance["owedToAffiliates"] == {"amount": "0.000000"}
    assert balance["ledger"] == {"amount": "0.000000"}


async def test_bad_signatures_change_nothing_and_are_answered_alike(provider: Provider) -> None:
    body = provider.charge().paid("100").event("confirmed")
    other = await provider.stage.program()
    good = signature_of(body, SECRET).decode()
    answers = [
        await provider.post(body, secret="another secret"),
        await provider.post(body, secret="a secret that signs nothing"),
        await provider.post(body, secret="a secret that signs nothing", to="nobody-here"),
        await provider.post(body, secret=""),
        await provider.post(body, to=other.slug),
        await provider.post(body, to="nobody-here"),
        await provider.post(body, to="prg_01h455vb4pex5vsknk084sn02q"),
        await provider.post(body, to="%00"),
        await provider.post(body, to="a%20'b\u00f6"),
        await provider.post(body + b" ", **{"x-cc-webhook-signature": good}),
        await provider.post(body, **{"x-cc-webhook-signature": good.upper()}),
        await provider.post(body, **{"x-cc-webhook-signature": good[:-1]}),
        await provider.post(body, **{"x-cc-webhook-signature": ""}),
        await provider.post(b"", **{"x-cc-webhook-signature": good}),
        await provider.stage.client.post(
            f"/webhooks/coinbase-commerce/{provider.program.slug}", content=body
        ),
        await provider.stage.client.post(
            f"/webhooks/coinbase-commerce/{provider.program.slug}",
            content=body,
            headers=[("x-cc-webhook-signature", good), ("x-cc-webhook-signature", good)],
        ),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    await provider.process()
    assert await provider.shown() is None
    counted = await provider.worker.pool.fetchval("SELECT count(*) FROM provider_event")
    assert counted == 0


async def test_the_slug_and_the_id_name_the_program(provider: Provider) -> None:
    for name in (provider.program.slug, provider.program.id):
        assert (await provider.post(b"{}", to=name)).status_code == 200


async def test_only_posts_of_a_bounded_size(provider: Provider) -> None:
    path = f"/webhooks/coinbase-commerce/{provider.program.slug}"
    for method in ("GET", "PUT", "DELETE"):
        assert (await provider.stage.client.request(method, path)).status_code == 405

    async def chunks() -> Any:
        for _ in range(300):
            yield b"x" * 1024

    assert (await provider.post(b"x" * (256 * 1024 + 1))).status_code == 413
    assert (await provider.stage.client.post(path, content=chunks())).status_code == 413
    assert (await provider.post(b"x" * (256 * 1024))).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"Not json",
        b"",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"event": {"id": "\\ud800"}}',
    ],
)
async def test_signed_bodies_that_cannot_be_read_are_kept_once(
    provider: Provider, body: bytes
) -> None:
    await provider.tell(body, body)
    [row] = await provider.worker.pool.fetch("SELECT body, outcome, event_id FROM provider_event")
    assert (row["body"], row["outcome"]) == (body, "MALFORMED")
    assert row["event_id"].startswith("sha256:")
    [found] = await provider.worker.pool.fetch("SELECT * FROM discrepancy")
    assert found["kind"] == "UNATTRIBUTED_PAYMENT"


async def test_a_hundred_deliveries_of_one_event_at_once(provider: Provider) -> None:
    charge = provider.charge().paid("100")
    bodies = [charge.event("confirmed", "one-event", attempt) for attempt in range(100)]
    answers = await asyncio.gather(*(provider.post(body) for body in bodies))
    assert {answer.status_code for answer in answers} == {200}
    await asyncio.gather(*(provider.process() for _ in range(2)))
    balances = await provider.program.ask(BALANCES, slug=provider.program.slug)
    assert balances["program"]["balances"][0]["providerPending"] == {"amount": "100.000000"}


async def test_redis_may_be_away(provider: Provider) -> None:
    bells = RedisBells("redis://127.0.0.1:9")
    provider.stage.process.provider_events._bells = bells
    await bells.open()
    await provider.tell(provider.charge().paid("1").event("confirmed"))
    assert (await provider.shown())["status"] == "CONFIRMED"
    await bells.close()


async def test_a_database_that_breaks_off_is_asked_again_later(
    provider: Provider, database: Database
) -> None:
    admin = await asyncpg.connect(database.superuser_dsn)
    locking = await asyncpg.connect(database.superuser_dsn)
    try:
        async with locking.transaction():
            await locking.execute("LOCK TABLE provider_event")
            sending = asyncio.create_task(provider.post(provider.charge().event("created")))
            while not await admin.fetchval(_BREAK_OFF):
                assert not sending.done()
                await asyncio.sleep(0.05)
            response = await sending
    finally:
        await admin.close()
        await locking.close()
    assert response.status_code == 503
    assert response.json()["errors"][0]["extensions"]["code"] == "SERVICE_UNAVAILABLE"
