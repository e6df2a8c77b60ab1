"""What a client gives as request id and as trace goes on from the API: two requests whose intents are stored together."""

import asyncio

import asyncpg
import httpx
from eth_account import Account

from app.otel import OpenTelemetry
from app.store.feed.events import EventFeed
from app.tracing import start_tracing, stop_tracing
from tests.api.caller import OwnProgram, Stage
from tests.fixtures.databases import Database
from tests.health.otlp import collecting

_REGISTER = """
mutation ($program: ID!, $wallet: Address!, $key: String!) {
  registerUser(input: {programId: $program, wallet: $wallet, idempotencyKey: $key}) { userErrors { code } }
}
"""
_STORED = """
SELECT split_part(i.idempotency_key, E'\\x1f', -1) AS key, a.request_id, t.traceparent, e.request_id AS of_event
  FROM intent i JOIN audit a ON a.program_id = i.program_id AND a.id = i.id
  JOIN event e ON e.program_id = i.program_id AND e.name = 'intent.accepted' AND e.entity_id = i.id::text
  LEFT JOIN intent_trace t ON t.program_id = i.program_id AND t.intent_id = i.id ORDER BY 1
"""
_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


async def _register(program: OwnProgram, key: str, **headers: str) -> httpx.Response:
    variables = {"program": program.id, "wallet": Account.create().address, "key": key}
    return await program.client.post(
        "/graphql",
        json={"query": _REGISTER, "variables": variables},
        headers={"authorization": f"Bearer {program.token}", "x-request-id": f"asked-{key}"}
        | headers,
    )


async def test_each_intent_keeps_the_request_and_the_trace_that_asked_for_it(
    stage: Stage, database: Database
) -> None:
    program = await stage.program()
    with collecting() as collected:
        start_tracing(OpenTelemetry(collected.url, "api"))
        try:
            answers = await asyncio.gather(
                _register(program, "one", traceparent=f"00-{_TRACE}-00f067aa0ba902b7-01"),
                _register(program, "two", traceparent="nonsense"),
            )
        finally:
            stop_tracing()
    assert [answer.headers["x-request-id"] for answer in answers] == ["asked-one", "asked-two"]
    await EventFeed(stage.process.runtime.databases["feed"], stage.process.now).move_outbox()
    connection = await asyncpg.connect(database.superuser_dsn)
    one, two = await connection.fetch(_STORED)
    await connection.close()
    assert (one["request_id"], one["of_event"]) == ("asked-one", "asked-one")
    assert (two["request_id"], two["of_event"]) == ("asked-two", "asked-two")
    span = collected.of(_TRACE)["graphql registerUser"]
    assert span.parent_span_id.hex() == "00f067aa0ba902b7"
    assert one["traceparent"] == f"00-{_TRACE}-{span.span_id.hex()}-01"
    # A trace that is none is not gone on from: it begins here.
    assert two["traceparent"].split("-")[1] != _TRACE
    assert collected.services == {"sge-api"}


async def test_nothing_is_stored_of_traces_that_nobody_collects(
    stage: Stage, database: Database
) -> None:
    program = await stage.program()
    await _register(program, "one", traceparent=f"00-{_TRACE}-00f067aa0ba902b7-01")
    connection = await asyncpg.connect(database.superuser_dsn)
    assert await connection.fetchval("SELECT count(*) FROM intent_trace") == 0
    await connection.close()
