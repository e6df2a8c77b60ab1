"""Webhooks as a client has them: made over GraphQL, sent by the workers' jobs, verified by the reference libraries."""

import json
import subprocess
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook

from app.runtime import Runtime
from app.store.database import Database as Pool
from jobs import deliver_webhooks, queue_webhooks
from jobs.context import JobContext
from tests.api.caller import Caller, OwnProgram, Stage
from tests.api.live import EVENTS, on_a_socket
from tests.fixtures.databases import Database
from tests.fixtures.javascript import NodeCommand
from tests.transport.ws_client import initialised
from tests.webhooks.network import Names
from tests.webhooks.receiver import Receiver, receiving

_ERRORS = "userErrors { code message field }"
_ENDPOINT = "endpoint { id url events enabled createdAt }"
CREATE = f"""
mutation ($program: ID!, $url: String!, $events: [EventType!]!, $key: String!) {{
  createWebhookEndpoint(programId: $program, url: $url, events: $events, idempotencyKey: $key) {{
    {_ENDPOINT} secret replayed {_ERRORS} }} }}
"""
REDELIVER = f"""
mutation ($id: ID!) {{ redeliverWebhook(deliveryId: $id, idempotencyKey: "again") {{
  delivery {{ id status nextAttemptAt }} replayed {_ERRORS} }} }}
"""
LIST = """
query ($slug: String!) { program(slug: $slug) { webhookEndpoints { id url events enabled
  deliveries { totalCount { value } nodes { id eventName cursor payload status nextAttemptAt createdAt
    tries { at responseStatus error durationMs } } } } } }
"""
NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"


@pytest.fixture
async def context(stage: Stage, database: Database) -> AsyncIterator[JobContext]:
    """A worker process's jobs, with the API's encryption key."""
    pool = await Pool.connect(database.dsn("sge_worker"), maximum=5)
    key = {"encryption_key": SecretStr("another secret of the tests, as long as it has to be")}
    settings = stage.process.runtime.settings.model_copy(update=key)
    runtime = Runtime(settings, stage.process.bells, databases={"worker": pool})
    yield JobContext(runtime, {}, "test")
    await pool.close()


async def create(program: OwnProgram, url: str, *events: str, key: str = "k") -> dict[str, Any]:
    asked = await program.ask(CREATE, program=program.id, url=url, events=list(events), key=key)
    payload: dict[str, Any] = asked["createWebhookEndpoint"]
    return payload


async def work(context: JobContext) -> None:
    """What the scheduler wakes."""
    await queue_webhooks.run(context)
    await deliver_webhooks.run(context)


def verified_by_javascript(
    javascript: tuple[NodeCommand, dict[str, str]], secret: str, receiver: Receiver
) -> list[bool]:
    command, environment = javascript
    cases = [
        {"secret": secret, "headers": one.signed, "body": one.body.decode()} for one in receiver.got
    ]
    line = command("verify_webhooks.js")
    text = json.dumps(cases)
    done = subprocess.run(
        line, input=text, capture_output=True, text=True, env=environment, check=True, timeout=60
    )
    found: list[bool] = json.loads(done.stdout)
    return found


async def test_from_a_mutation_to_a_verified_message(
    stage: Stage, context: JobContext, javascript: tuple[NodeCommand, dict[str, str]]
) -> None:
    program = await stage.program()
    async with receiving() as receiver:
        made = await create(program, receiver.url, "AFFILIATE", "PROGRAM")
        assert made["userErrors"] == []
        assert made["endpoint"]["events"] == ["AFFILIATE", "PROGRAM"]
        await program.affiliate("FIRST")
        await program.affiliate("SECOND")
        await work(context)
        assert len(receiver.got) == 2
        for one in receiver.got:
            Webhook(made["secret"]).verify(one.body, one.signed)
        assert verified_by_javascript(javascript, made["secret"], receiver) == [True, True]
        # Never shown again, and the same endpoint whenever the call is repeated.
        again = await create(program, receiver.url, "PROGRAM", "AFFILIATE")
        assert (again["endpoint"]["id"], again["secret"]) == (made["endpoint"]["id"], None)
        assert again["replayed"]
        [endpoint] = (await program.ask(LIST, slug=program.slug))["program"]["webhookEndpoints"]
        assert endpoint["deliveries"]["totalCount"] == {"value": 2}
        newest, oldest = endpoint["deliveries"]["nodes"]
        assert [newest["status"], newest["eventName"]] == ["DELIVERED", "affiliate.registered"]
        [tried] = newest["tries"]
        assert (tried["responseStatus"], tried["error"]) == (200, None)
        assert tried["durationMs"] > 0
        bodies = {one.headers["webhook-id"]: json.loads(one.body) for one in receiver.got}
        assert bodies == {one["id"]: one["payload"] for one in (newest, oldest)}
        # What it delivers is what a subscriber is shown, and its cursor is one of theirs.
        async with on_a_socket(stage.process) as url, initialised(url, program.token) as socket:
            await socket.subscribe("e", EVENTS, program=program.id, after=oldest["cursor"])
            shown: dict[str, Any] = {"type": "CURSOR"}
            while shown["type"] == "CURSOR":
                shown = (await socket.receive())["payload"]["data"]["programEvents"]
        told = newest["payload"]["data"]
        assert {name: told[name] for name in shown} == shown
        assert newest["cursor"] == told["cursor"]


async def test_a_success_can_be_sent_again(stage: Stage, context: JobContext) -> None:
    program, other = await stage.program(), await stage.program()
    async with receiving() as receiver:
        await create(program, receiver.url, "AFFILIATE")
        await program.affiliate("FIRST")
        await work(context)
        id_ = receiver.got[0].headers["webhook-id"]
        first = (await program.ask(REDELIVER, id=id_))["redeliverWebhook"]
        again = (await program.ask(REDELIVER, id=id_))["redeliverWebhook"]
        assert first["delivery"]["status"] == "PENDING"
        assert [first["replayed"], again["replayed"]] == [False, True]
        await work(context)
        assert [one.headers["webhook-id"] for one in receiver.got] == [id_, id_]
        refused = (await other.ask(REDELIVER, id=id_))["redeliverWebhook"]
        assert refused["userErrors"][0]["code"] == "NOT_FOUND"
        assert (await other.ask(NODE, id=id_))["node"] is None
        assert (await program.ask(NODE, id=id_))["node"]["__typename"] == "WebhookDelivery"


async def test_an_unsuitable_address_is_refused_in_words(stage: Stage) -> None:
    program = await stage.program()
    stage.process.webhooks._resolver = Names([["169.254.169.254"]])
    for url, said in (
        ("http://example.com/", "https://"),
        ("https://metadata.acme.com/", "does not resolve to public addresses"),
        ("https://10.0.0.1/", "numbers"),
        ("https://a:b@acme.com/", "password"),
    ):
        payload = await create(program, url, "INTENT")
        [error] = payload["userErrors"]
        assert (error["code"], error["field"]) == ("INVALID_URL", ["url"])
        assert said in error["message"]
        assert payload["endpoint"] is None


async def test_who_reads_nothing_sees_no_payload(stage: Stage, context: JobContext) -> None:
    program = await stage.program()
    writer = Caller(stage.client, await stage.key(program.id, ["MANAGE_PROGRAM"]))
    async with receiving() as receiver:
        await create(program, receiver.url, "AFFILIATE")
        await program.affiliate("FIRST")
        await work(context)
    document = REDELIVER.replace("delivery { id", "delivery { payload id")
    answer = await writer.answer(document, id=receiver.got[0].headers["webhook-id"])
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    listed = await writer.answer(LIST, slug=program.slug)
    assert "FIRST" not in json.dumps(listed)


async def test_waiting_for_others_for_too_long_is_no_fault(
    stage: Stage, database: Database
) -> None:
    program = await stage.program()
    stage.process.webhooks._resolver = Names([["93.184.215.14"]])
    blocking = await asyncpg.connect(database.dsn())
    async with blocking.transaction():
        await blocking.execute("SELECT sge_lock_rules(id) FROM program")
        answer = await program.answer(
            CREATE, program=program.id, url="https://example.com/", events=["INTENT"], key="k"
        )
    await blocking.close()
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "SERVICE_UNAVAILABLE"
    assert error["extensions"]["retryAfterSeconds"] > 0
