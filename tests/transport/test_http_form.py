"""What is no GraphQL request is refused, coded, and never a 500."""

from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transport.tiny_schema import SECRET_TEXT

JSON = {"content-type": "application/json"}


def code_of(answer: httpx.Response) -> str:
    (error,) = answer.json()["errors"]
    assert error["extensions"]["requestId"] == answer.headers["x-request-id"]
    assert SECRET_TEXT not in answer.text
    code: str = error["extensions"]["code"]
    return code


@pytest.mark.parametrize(
    "body",
    [
        *[b"", b"null", b"[]", b"[{}]", b"1", b'"{hello}"', b"{", b"\xff\xfe", b"\x00"],
        *[b'{"query":"\xc3\x28"}', b'{"query":"{hello}","variables":{"a":NaN}}'],
        *[b'{"query":"{hello}","variables":{"a":Infinity}}', b'{"query":"{hello}"}{}'],
        *[b'{"query":"\\ud800"}', b"[" * 200_000, b'{"a":' * 200_000],
        *[b"{}", b'{"query":null}', b'{"query":""}', b'{"query":5}', b'{"query":["{hello}"]}'],
        *[b'{"query":"{hello}","variables":[]}', b'{"query":"{hello}","variables":"{}"}'],
        *[b'{"query":"{hello}","operationName":5}', b'{"query":"{hello}","extensions":[]}'],
        b'{"query":"query($n:String!){hello(name:$n)}","variables":{"n":"\\u0000"}}',
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_malformed_bodies(client: httpx.AsyncClient, body: bytes, accept: str) -> None:
    answer = await client.post("/graphql", content=body, headers={**JSON, "accept": accept})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == f"{accept}; charset=utf-8"
    assert code_of(answer) == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/graphql",
    ],
)
async def test_what_a_browser_sends_unasked_is_refused(
    client: httpx.AsyncClient, content_type: str | None
) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    answer = await client.post("/graphql", content=b'{"query":"{hello}"}', headers=headers)
    assert answer.status_code == 415
    assert code_of(answer) == "BAD_USER_INPUT"


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", ';charset="UTF-8"'])
async def test_json_in_utf8_is_read(client: httpx.AsyncClient, charset: str) -> None:
    body = '{"query":"{hello(name:\\"ü€\\")}"}'.encode()
    headers = {"content-type": f"application/json{charset}"}
    answer = await client.post("/graphql", content=body, headers=headers)
    assert answer.json()["data"] == {"hello": "hello ü€"}


async def test_compressed_bodies_are_refused(client: httpx.AsyncClient) -> None:
    headers = {**JSON, "content-encoding": "gzip"}
    answer = await client.post("/graphql", content=b"\x1f\x8b", headers=headers)
    assert answer.status_code == 415


async def test_large_bodies_are_refused_however_they_come(client: httpx.AsyncClient) -> None:
    async def chunks() -> Any:
        for _ in range(40):
            yield b" " * 64 * 1024

    for content in (b" " * (1024 * 1024 + 1), chunks()):
        answer = await client.post("/graphql", content=content, headers=JSON)
        assert answer.status_code == 413
        assert code_of(answer) == "BAD_USER_INPUT"


async def test_a_body_just_small_enough_is_read(client: httpx.AsyncClient) -> None:
    body = b'{"query":"{hello}"}'
    padded = body + b" " * (1024 * 1024 - len(body))
    answer = await client.post("/graphql", content=padded, headers=JSON)
    assert answer.json()["data"] == {"hello": "hello you"}


async def test_unacceptable_answers(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/graphql", content=b'{"query":"{hello}"}', headers={**JSON, "accept": "text/html"}
    )
    assert answer.status_code == 406
    assert code_of(answer) == "BAD_USER_INPUT"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods(client: httpx.AsyncClient, method: str) -> None:
    assert (await client.request(method, "/graphql")).status_code == 405


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    body=st.binary(max_size=300)
    | st.dictionaries(
        st.sampled_from(["query", "variables", "operationName", "extensions", "x"]),
        JSON_VALUES | st.sampled_from(["{hello}", "query A{hello} mutation B{__typename}"]),
    ),
)
async def test_no_body_breaks_the_server(client: httpx.AsyncClient, body: Any) -> None:
    if isinstance(body, bytes):
        answer = await client.post("/graphql", content=body, headers=JSON)
    else:
        try:
            answer = await client.post("/graphql", json=body)
        except ValueError:  # a lone surrogate or an infinity, which httpx cannot send
            return
    assert answer.status_code in {200, 400}
    assert answer.status_code == 200 or code_of(answer) == "BAD_USER_INPUT"
