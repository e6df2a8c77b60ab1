"""One payment's request id and trace, from its acceptance through every line, row and span to its settlement."""

from datetime import timedelta
from typing import Any

from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.testing import capture_logs

from app.domain.clock import real_clock
from app.otel import OpenTelemetry
from app.processes.keep_house import keep_traces
from app.store.feed.events import EventFeed
from app.tracing import current_traceparent, span, start_tracing, stop_tracing
from tests.contracts.items import USDC, ChainKind
from tests.health.otlp import collecting
from tests.processes.settling_world import SettledProgram
from tests.processes.watching_world import WatchingWorld

_ASKED = "request-of-one-payment"
_ACCEPT = "SELECT id FROM sge_accept_intents($1, $2, 'test', $3)"
_TRACE = "INSERT INTO intent_trace (program_id, intent_id, traceparent) VALUES ($1, $2, $3)"
_EVENTS = """
SELECT e.name, e.request_id FROM event e
 WHERE e.entity_id = $1::uuid::text OR e.data ->> 'intent' = $1::uuid::text
    OR e.data ->> 'settlement' = (SELECT s.id::text FROM settlement s WHERE s.intent_id = $1)
"""
_TRANSITIONS = "SELECT stage, request_id FROM intent_transition WHERE intent_id = $1 ORDER BY seq"
_JOURNAL = "SELECT count(*) FROM journal WHERE kind = 'SETTLEMENT' AND reference LIKE '%' || $1::uuid::text || '%'"


async def _accept(world: WatchingWorld, program: SettledProgram, payer: Any) -> Any:
    """One payment, as the API's acceptance stores it."""
    settling = world.settling
    settling.gateway_chain.fund([payer.address], 10 * USDC)
    row = settling._row(program, payer, 0, ChainKind.PAYMENT, amount=10 * USDC)
    row |= {"request_id": _ASKED}
    return await settling.value(_ACCEPT, program.id, [row], settling.clock())


async def _settle(world: WatchingWorld) -> None:
    with bound_contextvars(job="settle_intents", request_id="settle_intents-1"):
        await world.settle()
    world.mine()
    with bound_contextvars(job="watch_chain", request_id="watch_chain-1"):
        await world.turn()
        await world.turn()


async def test_one_request_id_leads_through_lines_and_rows(watching_world: WatchingWorld) -> None:
    world = watching_world
    program = await world.program()
    [payer] = await world.registered(program, (await world.line(program, 1))[-1])
    with capture_logs([merge_contextvars]) as lines:
        intent = await _accept(world, program, payer)
        await _settle(world)
    said = {line["event"]: line for line in lines if _ASKED in line.get("request_ids", ())}
    assert set(said) == {"transaction signed", "settlements posted"}
    # The chain knows it by the same hash.
    assert said["transaction signed"]["transaction"] == said["settlements posted"]["transaction"]
    assert {"lane", "relayer", "chain_transaction"} < set(said["transaction signed"])
    assert said["settlements posted"]["program"] == str(program.public_id)
    assert [line["intents"] for line in said.values()] == [1, 1]

    await EventFeed(world.settling.worker, real_clock).move_outbox()
    events = {row["name"]: row["request_id"] for row in await world.settling.rows(_EVENTS, intent)}
    assert {"intent.accepted", "intent.signed", "intent.confirmed"} < set(events)
    assert {"settlement.confirmed", "commission.accrued"} < set(events)
    assert set(events.values()) == {_ASKED}
    # A transition says which run made it.
    transitions = await world.settling.rows(_TRANSITIONS, intent)
    runs = {row["stage"]: row["request_id"] for row in transitions}
    assert (runs["SIGNED"], runs["FINAL"]) == ("settle_intents-1", "watch_chain-1")
    assert await world.settling.value(_JOURNAL, intent) == 1

    # Its trace is kept as long as its events.
    await world.settling.run(_TRACE, program.id, intent, f"00-{'1' * 32}-{'2' * 16}-01")
    settling = world.settling
    for later, gone in ((0, 0), (89, 0), (91, 1), (91, 0)):
        ahead = timedelta(days=later)
        forgetting = keep_traces(
            settling.worker, settling.bells, lambda ahead=ahead: real_clock() + ahead
        )
        assert await forgetting == gone


async def test_one_trace_goes_from_the_request_to_the_ledger(watching_world: WatchingWorld) -> None:
    world = watching_world
    program = await world.program()
    payers = await world.registered(program, None, 2)
    with collecting() as collected:
        start_tracing(OpenTelemetry(collected.url, "worker"))
        try:
            for payer in payers:
                with span("graphql submitPayment", "SERVER"):
                    intent = await _accept(world, program, payer)
                    traceparent = current_traceparent()
                await world.settling.run(_TRACE, program.id, intent, traceparent)
            await _settle(world)
        finally:
            stop_tracing()
    assert collected.paths == {"/v1/traces"}
    assert collected.services == {"sge-worker"}
    first, second = collected.named("graphql submitPayment")
    trace = collected.of(first.trace_id.hex())
    assert set(trace) >= {"settle: sign", "settle: send", "post", "ledger: post"}
    assert "rpc eth_sendRawTransaction" in trace
    # They were settled in one batch: the second is linked.
    for name in ("settle: sign", "settle: send", "post"):
        assert trace[name].parent_span_id == first.span_id
        assert [link.trace_id for link in trace[name].links] == [second.trace_id]
    assert trace["rpc eth_sendRawTransaction"].parent_span_id == trace["settle: send"].span_id
    assert trace["ledger: post"].parent_span_id == trace["post"].span_id
