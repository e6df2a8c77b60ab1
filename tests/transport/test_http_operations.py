"""Operations over HTTP: statuses, error codes, credentials, and what never leaks."""

import re
from typing import Any

import httpx
import pytest

from app.checks.findings import Finding
from app.domain.positions import WritePosition
from tests.fixtures.counted import counted
from tests.transport.conftest import Served

NEW = {"accept": "application/graphql-response+json"}
OLD = {"accept": "application/json"}
VITALIK = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
LITERAL = f'mutation {{ pay(input: {{wallet: "{VITALIK}", amount: {{amount: 1, currency: "U"}}}}) {{ text }} }}'
NESTED = 'mutation($w: Address!) { pay(input: {wallet: $w, amount: {amount: "1", currency: "U"}}) { text } }'
PAY = "mutation($input: PayInput!) { pay(input: $input) { text } }"


async def post(client: httpx.AsyncClient, query: str, **rest: Any) -> httpx.Response:
    headers = rest.pop("headers", NEW)
    return await client.post("/graphql", json={"query": query, **rest}, headers=headers)


def error_of(answer: httpx.Response) -> dict[str, Any]:
    (error,) = answer.json()["errors"]
    assert error["extensions"].pop("requestId") == answer.headers["x-request-id"]
    shown: dict[str, Any] = error
    return shown


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("application/json", "application/json"),
        ("application/graphql-response+json", "application/graphql-response+json"),
        (
            "application/graphql-response+json; charset=utf-8, application/json; q=0.9",
            "application/graphql-response+json",
        ),
        ("application/json;q=1, application/graphql-response+json;q=0.5", "application/json"),
        ("text/html, application/graphql-response+json", "application/graphql-response+json"),
    ],
)
async def test_the_answers_media_type(served: Served, accept: str | None, expected: str) -> None:
    async with httpx.AsyncClient(base_url=served.url, verify=False) as client:
        del client.headers["accept"]
        headers = {"accept": accept} if accept else {}
        answer = await client.post("/graphql", json={"query": "{hello}"}, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{expected}; charset=utf-8"
    assert answer.json()["data"] == {"hello": "hello you"}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{", None),
        ("{ nothing }", None),
        ("{ hello(name: 5) }", None),
        ("query($n: Int!) { hello }", {"n": 1}),
        ("query($n: String!) { hello(name: $n) }", {}),
        ("query A { hello } query B { hello }", None),
        ("fragment F on Query { hello }", None),
        ('{ hello(name: "\\u0000") }', None),
        ("{" * 500, None),
        ("{ echo(value: " + "[" * 300 + "]" * 300 + ") }", None),
    ],
)
async def test_a_wrong_document_is_400_only_for_the_new_media_type(
    client: httpx.AsyncClient, query: str, variables: Any
) -> None:
    for headers, status in ((NEW, 400), (OLD, 200)):
        answer = await post(client, query, variables=variables, headers=headers)
        assert answer.status_code == status
        assert "data" not in answer.json()
        codes = {error["extensions"]["code"] for error in answer.json()["errors"]}
        assert codes == {"BAD_USER_INPUT"}


async def test_several_operations_need_a_name(client: httpx.AsyncClient) -> None:
    query = 'mutation Pay { __typename } query Hello { hello(name: "b") }'
    answer = await post(client, query)
    assert error_of(answer)["extensions"]["argument"] == ["operationName"]
    named = await post(client, query, operationName="Hello")
    assert named.json()["data"] == {"hello": "hello b"}
    unknown = await post(client, query, operationName="Other")
    assert unknown.status_code == 400


async def test_get_is_for_queries(client: httpx.AsyncClient) -> None:
    query = {"query": "query($n: String!) { hello(name: $n) }", "variables": '{"n":"x"}'}
    assert (await client.get("/graphql", params=query)).json()["data"] == {"hello": "hello x"}
    refused = await client.get("/graphql", params={"query": "mutation { __typename }"})
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    for wrong in (
        {},
        {"query": "{hello}", "variables": "{"},
        {"query": "{hello}", "variables": "[]"},
    ):
        assert (await client.get("/graphql", params=wrong)).status_code == 400


async def test_subscriptions_are_not_for_http(client: httpx.AsyncClient) -> None:
    assert (await post(client, "subscription { ticks(count: 1) }")).status_code == 400


async def test_every_scalar_goes_out_in_its_one_spelling(client: httpx.AsyncClient) -> None:
    answer = await post(client, "{ everything { at address hex amount big json } }")
    assert answer.json()["data"]["everything"] == {
        "at": "2026-11-22T10:00:00Z",
        "address": VITALIK,
        "hex": "0xabcd",
        "amount": "10.00",
        "big": str(2**80),
        "json": {"a": [1, None]},
    }


async def test_mutations_and_their_extensions(client: httpx.AsyncClient) -> None:
    value = {"wallet": VITALIK.lower(), "amount": {"amount": "1.50", "currency": "USD"}}
    answer = await post(client, PAY, variables={"input": value})
    assert answer.json()["data"] == {"pay": {"text": f"{VITALIK} 1.50"}}
    assert answer.json()["extensions"]["position"] == str(WritePosition(1, 1))


@pytest.mark.parametrize(
    ("query", "variables", "argument"),
    [
        (PAY, {"input": {"wallet": "0x12", "amount": {"amount": "1", "currency": "U"}}}, "wallet"),
        (
            PAY,
            {"input": {"wallet": VITALIK, "amount": {"amount": 1.5, "currency": "U"}}},
            "amount.amount",
        ),
        (
            LITERAL,
            None,
            "amount.amount",
        ),
        (
            NESTED,
            {"w": "0x0"},
            "wallet",
        ),
    ],
)
async def test_refused_values_name_their_argument(
    client: httpx.AsyncClient, query: str, variables: Any, argument: str
) -> None:
    answer = await post(client, query, variables=variables)
    assert answer.status_code == 400
    assert error_of(answer)["extensions"] == {
        "code": "BAD_USER_INPUT",
        "argument": ["input", *argument.split(".")],
    }


@pytest.mark.parametrize("first", [-1, 0, 201])
async def test_first_out_of_range_names_itself(client: httpx.AsyncClient, first: int) -> None:
    answer = await post(client, f"{{ things(first: {first}) {{ nodes {{ id }} }} }}")
    error = error_of(answer)
    assert answer.json()["data"] == {"things": None}
    assert error["path"] == ["things"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": ["first"]}


async def test_an_unknown_cursor_names_itself(client: httpx.AsyncClient) -> None:
    answer = await post(client, '{ things(after: "MTA=") { nodes { id } } }')
    assert error_of(answer)["extensions"]["argument"] == ["after"]


async def test_a_null_where_none_may_be_is_the_callers_mistake(client: httpx.AsyncClient) -> None:
    query = "query($f: Int = 5) { things(first: $f) { nodes { id } } }"
    answer = await post(client, query, variables={"f": None})
    assert error_of(answer)["extensions"] == {"code": "BAD_USER_INPUT", "argument": ["first"]}


@pytest.mark.parametrize("field", ["broken", "unprintable"])
async def test_nothing_inside_is_shown(client: httpx.AsyncClient, field: str) -> None:
    answer = await post(client, f"{{ {field} }}")
    error = error_of(answer)
    assert answer.status_code == 200
    assert answer.json()["data"] == {field: None}
    assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}
    assert not re.search(r"SELECT|vault|Traceback|\.py", answer.text)


async def test_the_domains_words_get_codes(client: httpx.AsyncClient) -> None:
    refused = error_of(await post(client, "{ refused }"))
    assert refused["message"] == "too much"
    assert refused["extensions"] == {"code": "BAD_USER_INPUT", "argument": ["amount", "currency"]}
    unavailable = error_of(await post(client, "{ unavailable }"))
    assert unavailable["extensions"] == {"code": "SERVICE_UNAVAILABLE", "retryAfterSeconds": 3}


async def test_too_many_tokens(client: httpx.AsyncClient) -> None:
    for headers in (NEW, OLD):
        answer = await post(client, "{ " + "a: hello " * 1000 + "}", headers=headers)
        assert error_of(answer)["extensions"]["code"] == "QUERY_TOO_COMPLEX"


async def test_request_ids(client: httpx.AsyncClient) -> None:
    kept = await post(client, "{ broken }", headers={"x-request-id": "abc-1"})
    assert kept.headers["x-request-id"] == "abc-1"
    made = await post(client, "{ hello }", headers={"x-request-id": 'x" injected'})
    assert re.fullmatch(r"[0-9a-f]{32}", made.headers["x-request-id"])


async def test_health_readiness_and_metrics(served: Served, client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"alive": True}
    assert (await client.get("/readyz")).status_code == 200
    slow = Finding("Redis", False, ["SGE_REDIS_URL: is away", "start it"])
    low = Finding("disk", True, ["SGE_WATCHED_FOLDERS: fills"], caution=True)
    served.runtime.findings = [slow, low, Finding("clock", True, ["0.1 s apart"], needed=True)]
    delayed = await client.get("/readyz")
    assert delayed.status_code == 200
    assert delayed.json() == {
        "ready": True,
        "problems": {"Redis": "SGE_REDIS_URL: is away; start it"},
        "warnings": {"disk": "SGE_WATCHED_FOLDERS: fills"},
        "right": ["clock"],
    }
    served.runtime.findings.append(Finding("PostgreSQL", False, ["is away"], needed=True))
    unready = await client.get("/readyz")
    assert (unready.status_code, unready.json()["ready"]) == (503, False)
    assert unready.json()["problems"]["PostgreSQL"] == "is away"
    await post(client, "{ hello }")
    before = counted("sge_api_request_duration_seconds_count", operation="hello")
    await post(client, "{ hello }")
    metrics = (await client.get("/metrics")).text
    assert f'sge_api_request_duration_seconds_count{{operation="hello"}} {before + 1}' in metrics
    assert "sge_subscriptions_active" in metrics
    assert "sge_events_lag_seconds" in metrics
