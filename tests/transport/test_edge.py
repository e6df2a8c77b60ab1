"""What every answer tells browsers, which names are ours, and whose pages may call."""

import platform
import re

import httpx
import pytest

from app.main import create_app, server_config
from schema.transport.security_headers import PAGE_POLICY
from schema.transport.settings import TransportSettings
from sge.embedded.project import PROJECT
from tests.transport.conftest import Served
from tests.transport.tiny_runtime import TinyRuntime
from tests.transport.tiny_schema import SCHEMA

SETTINGS = TransportSettings(
    public_url="https://sge.example",
    accepted_hosts=frozenset({"sge.example", "127.0.0.1"}),
    cors_origins=("https://app.example",),
)
ASK = {"query": "{hello}"}


def at_the_edge(settings: TransportSettings = SETTINGS) -> httpx.AsyncClient:
    app = create_app(TinyRuntime(), SCHEMA, settings)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://sge.example")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/graphql", 415),
        ("GET", "/graphql?query={hello}", 200),
        ("OPTIONS", "/graphql", 405),
        ("GET", "/healthz", 200),
        ("GET", "/nothing.here", 404),
        ("GET", "/exports/nothing", 500),  # this runtime has none: what nobody caught
    ],
)
async def test_every_answer_is_guarded(method: str, path: str, status: int) -> None:
    async with at_the_edge() as client:
        answer = await client.request(method, path)
    assert answer.status_code == status
    told = answer.headers
    assert told["x-content-type-options"] == "nosniff"
    assert told["referrer-policy"] == "no-referrer"
    assert told["x-frame-options"] == "DENY"
    assert told["cross-origin-opener-policy"] == "same-origin"
    assert told["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in told["permissions-policy"]
    assert told["strict-transport-security"] == "max-age=63072000"
    assert "frame-ancestors 'none'" in told["content-security-policy"]
    assert "script-src" not in told["content-security-policy"]
    assert told["x-request-id"]


async def test_without_https_no_browser_is_told_to_use_it() -> None:
    async with at_the_edge(TransportSettings()) as client:
        assert "strict-transport-security" not in (await client.get("/healthz")).headers


async def test_no_answer_tells_what_serves_it(served: Served) -> None:
    async with httpx.AsyncClient(base_url=served.url, verify=False) as client:
        for path in ("/graphql", "/healthz", "/nothing", "/metrics"):
            answer = await client.get(path)
            assert answer.headers.keys().isdisjoint({"server", "x-powered-by", "via"})
            assert platform.python_version() not in answer.text
    assert server_config(None, "", 0, TransportSettings()).server_header is False  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "host",
    ["sge.example", "SGE.example", "sge.example:8443", "sge.example.", "127.0.0.1:8000"],
)
async def test_our_own_names_are_answered(host: str) -> None:
    async with at_the_edge() as client:
        answer = await client.post("/graphql", json=ASK, headers={"host": host})
    assert answer.json()["data"] == {"hello": "hello you"}


@pytest.mark.parametrize(
    "host",
    [
        *["attacker.example", "sge.example.attacker.example", "127.0.0.2", "[::1]:8000", ""],
        *["sge.example@attacker.example", "sge.example/", "sge.example:80:80", "sge.example,x"],
        *[
            "sge.example:80a",
            "attacker.example#sge.example",
            "[sge.example]",
            "*",
            "\u017fge.example",
        ],
    ],
)
@pytest.mark.parametrize("path", ["/graphql", "/exports/x", "/", "/healthz"])
async def test_other_names_are_refused(host: str, path: str) -> None:
    async with at_the_edge() as client:
        answer = await client.get(path, headers=[("host", host.encode())])
    if path == "/healthz" and re.fullmatch(r"127\.0\.0\.2|\[::1\]:8000", host):
        assert answer.status_code == 200  # a probe by address
        return
    assert answer.status_code == 421
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert "location" not in answer.headers


async def test_a_forwarded_host_changes_nothing() -> None:
    async with at_the_edge() as client:
        lied = {"host": "attacker.example", "x-forwarded-host": "sge.example"}
        assert (await client.get("/graphql", headers=lied)).status_code == 421
        twice = [("host", "sge.example"), ("host", "attacker.example")]
        assert (await client.get("/graphql", headers=twice)).status_code == 421


async def test_pages_of_listed_origins_may_call() -> None:
    asks = {
        "origin": "https://app.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }
    async with at_the_edge() as client:
        allowed = await client.options("/graphql", headers=asks)
        answer = await client.post("/graphql", json=ASK, headers={"origin": asks["origin"]})
    assert allowed.status_code == 200
    for told in (allowed.headers, answer.headers):
        assert told["access-control-allow-origin"] == "https://app.example"
        assert "access-control-allow-credentials" not in told
        assert "Origin" in told["vary"]
    assert allowed.headers["access-control-allow-methods"] == "GET, POST"


@pytest.mark.parametrize(
    "origin",
    [
        *["https://attacker.example", "http://app.example", "https://app.example:8443", "null"],
        *["https://app.example.attacker.example", "https://App.example", "https://sub.app.example"],
    ],
)
@pytest.mark.parametrize("settings", [SETTINGS, TransportSettings()])
async def test_pages_of_other_origins_may_not(origin: str, settings: TransportSettings) -> None:
    asks = {"origin": origin, "access-control-request-method": "POST"}
    async with at_the_edge(settings) as client:
        for answer in (
            await client.options("/graphql", headers=asks),
            await client.post("/graphql", json=ASK, headers={"origin": origin}),
        ):
            assert "access-control-allow-origin" not in answer.headers
        assert (await client.options("/graphql", headers=asks)).status_code in {400, 405}


async def test_looking_only_executes_nothing() -> None:
    mutation = {"query": "mutation { __typename }"}
    async with at_the_edge() as client:
        answer = await client.request("HEAD", "/graphql", json=mutation)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


async def test_no_address_is_made_of_a_path() -> None:
    async with at_the_edge() as client:
        for path in (
            "/graphql/",
            "/healthz/",
            "//attacker.example/x",
            "/%2e%2e/%2e%2e/etc/passwd",
        ):
            answer = await client.get(path)
            assert answer.status_code in {404, 421}, path
            assert "location" not in answer.headers


def test_the_page_runs_under_the_same_policy_wherever_it_is_served() -> None:
    source = (PROJECT / "frontend-stub" / "vite.config.ts").read_text()
    written = "".join(re.findall(r'^\s+"(default-src.*|font-src.*)" ?\+?,?$', source, re.MULTILINE))
    assert f"{written}; frame-ancestors 'none'" == PAGE_POLICY
