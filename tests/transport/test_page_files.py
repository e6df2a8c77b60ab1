"""A page's files: compressed for who takes it, kept for good where their name says what they hold."""

import asyncio
import gzip
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Mount

from schema.transport.page_files import PageFiles

_SCRIPT = b"export const answer = 42;\n" * 100
_POLICY = "default-src 'none'"
_PARTS = st.sampled_from(
    [
        "/",
        "assets",
        "page-1a2b",
        ".js",
        ".css",
        ".gz",
        "..",
        "\x00",
        "\\",
        "a" * 300,
        "%",
        "index.html",
    ]
)
_CODINGS = st.sampled_from(
    ["gzip", "GZIP", "br", "*", "identity", ";", ",", "q=0", "q=1", " ", "\t"]
)


@pytest.fixture
def client(tmp_path: Path) -> httpx.AsyncClient:
    """Asks for files of a small build."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "assets" / "page-1a2b.js").write_bytes(_SCRIPT)
    (tmp_path / "assets" / "page-1a2b.js.gz").write_bytes(gzip.compress(_SCRIPT))
    (tmp_path / "assets" / "plain-3c4d.css").write_text("p {}")
    transport = httpx.ASGITransport(Starlette(routes=[Mount("/", PageFiles(tmp_path, _POLICY))]))
    return httpx.AsyncClient(transport=transport, base_url="http://sge.test")


@pytest.mark.parametrize("accepted", ["gzip, deflate, br, zstd", "br;q=1, GZIP;q=0.8"])
async def test_who_takes_gzip_gets_it(client: httpx.AsyncClient, accepted: str) -> None:
    answer = await client.get("/assets/page-1a2b.js", headers={"accept-encoding": accepted})
    assert answer.content == _SCRIPT
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(_SCRIPT) / 2
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.headers["content-security-policy"] == _POLICY


@pytest.mark.parametrize("accepted", ["identity", "gzip;q=0", "br, xgzip"])
async def test_who_does_not_gets_it_as_it_is(client: httpx.AsyncClient, accepted: str) -> None:
    answer = await client.get("/assets/page-1a2b.js", headers={"accept-encoding": accepted})
    assert answer.content == _SCRIPT
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "accept-encoding"


async def test_what_was_not_compressed_is_there(client: httpx.AsyncClient) -> None:
    answer = await client.get("/assets/plain-3c4d.css")
    assert (answer.status_code, answer.text) == (200, "p {}")
    assert "content-encoding" not in answer.headers


async def test_names_that_change_are_kept_for_good(client: httpx.AsyncClient) -> None:
    script = await client.get("/assets/page-1a2b.js")
    assert "immutable" in script.headers["cache-control"]
    page = await client.get("/")
    assert page.headers["cache-control"] == "no-cache"
    etag = {"if-none-match": script.headers["etag"]}
    assert (await client.get("/assets/page-1a2b.js", headers=etag)).status_code == 304
    assert (await client.get("/assets/page-0000.js")).status_code == 404
    assert "cache-control" not in (await client.get("/assets/page-0000.js")).headers


@pytest.mark.parametrize("name", ["\x00", "a" * 300, "a/" * 3_000], ids=["zero", "long", "deep"])
@pytest.mark.parametrize("accepted", ["gzip", "identity"])
async def test_what_no_file_can_be_called_is_not_there(
    client: httpx.AsyncClient, name: str, accepted: str
) -> None:
    answer = await client.get(f"/{quote(name)}.js", headers={"accept-encoding": accepted})
    assert answer.status_code == 404


@given(
    st.lists(_PARTS | st.text(max_size=5), max_size=8),
    st.sampled_from([".js", ".css", ""]),
    st.just(["gzip"]) | st.lists(_CODINGS, max_size=5),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_path_and_coding(
    client: httpx.AsyncClient, parts: Sequence[str], ending: str, codings: Sequence[str]
) -> None:
    path = quote("".join(parts) + ending, errors="replace")
    answer = asyncio.run(
        client.get(f"http://sge.test/{path}", headers={"accept-encoding": "".join(codings)})
    )
    assert answer.status_code in {200, 404}
    if answer.status_code == 200:
        assert answer.content in {_SCRIPT, gzip.compress(_SCRIPT), b"p {}", b"<!doctype html>"}
