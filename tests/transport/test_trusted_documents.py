"""Registered documents: found by their id, and the only ones for those who may send no others."""

import hashlib
from typing import Any

import httpx
import pytest
from starlette.datastructures import Headers

from schema.transport.settings import TransportSettings, TrustedOnly
from schema.transport.trusted_documents import is_from_browser
from tests.transport.conftest import serving
from tests.transport.ws_client import Socket, opened

REGISTERED = "query Greet($name: String!) {\n  hello(name: $name)\n}"
TICKS = "subscription { ticks(count: 1) }"
PAY = "mutation Typed { __typename }"
PAGE = {"origin": "https://app.example"}
NEW = {"accept": "application/graphql-response+json"}


def id_of(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def only(who: TrustedOnly) -> TransportSettings:
    documents = {id_of(text): text for text in (REGISTERED, TICKS, PAY)}
    origins = ("https://app.example",)
    return TransportSettings(trusted_documents=documents, trusted_only=who, cors_origins=origins)


def code_of(answer: httpx.Response) -> str:
    (error,) = answer.json()["errors"]
    assert error["extensions"]["requestId"] == answer.headers["x-request-id"]
    code: str = error["extensions"]["code"]
    return code


@pytest.mark.parametrize("who", ["off", "browsers", "all"])
async def test_a_document_is_found_by_its_id(who: TrustedOnly) -> None:
    asked = {"documentId": id_of(REGISTERED), "variables": {"name": "b"}}
    async with (
        serving(only(who)) as served,
        httpx.AsyncClient(base_url=served.url, verify=False) as client,
    ):
        for headers in (NEW, {**NEW, **PAGE}):
            posted = await client.post("/graphql", json=asked, headers=headers)
            assert posted.json()["data"] == {"hello": "hello b"}
        got = await client.get(
            "/graphql", params={"documentId": asked["documentId"], "variables": '{"name":"c"}'}
        )
        assert got.json()["data"] == {"hello": "hello c"}
        mutation = await client.get("/graphql", params={"documentId": id_of(PAY)})
        assert mutation.status_code == 405


@pytest.mark.parametrize(
    "wrong",
    [
        {"documentId": id_of("{ hello }")},
        {"documentId": id_of(REGISTERED).removeprefix("sha256:")},
        {"documentId": id_of(REGISTERED).upper()},
        {"documentId": id_of(REGISTERED) + "\n"},
        {"documentId": ""},
        {"documentId": 5},
        {"documentId": ["sha256:"]},
        {"documentId": id_of(REGISTERED), "query": "{ hello }"},
        {"documentId": id_of(REGISTERED), "query": ""},
    ],
)
async def test_ids_that_are_none(wrong: dict[str, Any]) -> None:
    async with (
        serving(only("all")) as served,
        httpx.AsyncClient(base_url=served.url, verify=False) as client,
    ):
        answer = await client.post("/graphql", json=wrong, headers=NEW)
    assert answer.status_code == 400
    assert code_of(answer) == "BAD_USER_INPUT"
    assert answer.json()["errors"][0]["extensions"]["argument"] == ["documentId"]


@pytest.mark.parametrize(
    ("who", "headers", "status"),
    [
        ("off", PAGE, 200),
        ("browsers", {}, 200),
        ("browsers", {"sec-fetch-mode": "cors"}, 200),  # Node's fetch
        ("browsers", PAGE, 403),
        ("browsers", {"origin": "null"}, 403),
        ("browsers", {"origin": ""}, 403),
        ("browsers", {"sec-fetch-site": "same-origin"}, 403),
        ("all", {}, 403),
        ("all", PAGE, 403),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_who_may_send_other_documents(
    who: TrustedOnly, headers: dict[str, str], status: int, method: str
) -> None:
    async with (
        serving(only(who)) as served,
        httpx.AsyncClient(base_url=served.url, verify=False) as client,
    ):
        own = {"query": REGISTERED, "variables": {"name": "b"}}
        text = await client.post("/graphql", json=own, headers={**NEW, **headers})
        assert text.json()["data"] == {"hello": "hello b"}
        for other in (
            "{ hello }",
            f"{REGISTERED} ",
            f"#\n{REGISTERED}",
            "{ __schema { __typename } }",
        ):
            sent: dict[str, Any] = {"params" if method == "GET" else "json": {"query": other}}
            answer = await client.request(method, "/graphql", headers={**NEW, **headers}, **sent)
            if other == "{ hello }":
                assert answer.status_code == status
            if status == 403:
                assert answer.status_code == 403
                assert code_of(answer) == "FORBIDDEN"


@pytest.mark.parametrize(("who", "refused"), [("off", False), ("browsers", True), ("all", True)])
async def test_sockets_of_pages_send_registered_documents_only(
    who: TrustedOnly, refused: bool
) -> None:
    async with (
        serving(only(who)) as served,
        opened(served.ws, additional_headers=PAGE) as socket,
    ):
        await socket.send(type="connection_init")
        assert await socket.receive() == {"type": "connection_ack"}
        await socket.send(id="1", type="subscribe", payload={"documentId": id_of(TICKS)})
        assert (await payload_of(socket))["data"] == {"ticks": 0}
        assert (await socket.receive())["type"] == "complete"
        await socket.subscribe("2", TICKS)
        assert (await payload_of(socket))["data"] == {"ticks": 0}
        assert (await socket.receive())["type"] == "complete"
        await socket.subscribe("3", "subscription { ticks(count: 1) } #")
        answer = await socket.receive()
        assert answer["type"] == ("error" if refused else "next")
        if refused:
            assert answer["payload"][0]["extensions"]["code"] == "FORBIDDEN"


async def payload_of(socket: Socket) -> Any:
    return (await socket.receive())["payload"]


def test_a_wallets_session_is_a_browsers_wherever_it_is_used() -> None:
    nothing = Headers({})
    assert is_from_browser(nothing, "wallet:0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045")
    assert not is_from_browser(nothing, "api_key:sge_one")
    assert not is_from_browser(nothing, None)
    assert is_from_browser(Headers({"Origin": "https://a.example"}), "api_key:sge_one")
