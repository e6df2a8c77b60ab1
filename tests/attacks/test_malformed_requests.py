"""Requests that no client of ours sends: each is refused with a status that says so, and the next one is served."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from schema.transport.settings import TransportSettings
from tests.transport.conftest import Served, serving
from tests.transport.tiny_schema import SECRET_TEXT

SETTINGS = TransportSettings(accepted_hosts=frozenset({"sge.example"}))
HOST = b"Host: sge.example\r\n"
BODY = b'{"query":"{hello}"}'
LENGTH = b"Content-Length: 19\r\n"
VALUE = b'{"query":"query($v:JSON!){echo(value:$v)}","variables":{"v":%s}}'


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    async with serving(SETTINGS) as running:
        yield running


def post(*headers: bytes, body: bytes = BODY) -> bytes:
    lines = b"".join(header + b"\r\n" for header in headers)
    return (
        b"POST /graphql HTTP/1.1\r\n"
        + HOST
        + b"Content-Type: application/json\r\n"
        + lines
        + b"\r\n"
        + body
    )


def get(target: bytes, *headers: bytes) -> bytes:
    lines = b"".join(header + b"\r\n" for header in headers)
    return b"GET " + target + b" HTTP/1.1\r\n" + HOST + lines + b"\r\n"


async def status_of(port: int, request: bytes) -> int:
    """The status of the first answer; 0 when the connection was closed without one."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        async with asyncio.timeout(10):
            line = await reader.readline()
    except ConnectionError:
        return 0
    finally:
        writer.close()
    return int(line.split()[1]) if line else 0


FRAMING = {
    "length and chunks": post(LENGTH.strip(), b"Transfer-Encoding: chunked"),
    "two lengths": post(LENGTH.strip(), b"Content-Length: 5"),
    "negative length": post(b"Content-Length: -1"),
    "signed length": post(b"Content-Length: +19"),
    "length beyond 64 bits": post(b"Content-Length: 99999999999999999999999"),
    "unknown transfer coding": post(b"Transfer-Encoding: xchunked"),
    "hidden transfer coding": post(LENGTH.strip(), b"Transfer-Encoding:\x0bchunked"),
    "chunk size that is none": post(b"Transfer-Encoding: chunked", body=b"zz\r\n"),
    "chunk size beyond 64 bits": post(b"Transfer-Encoding: chunked", body=b"f" * 17 + b"\r\n"),
    "blank before the colon": b"GET /healthz HTTP/1.1\r\nHost : sge.example\r\n\r\n",
    "folded header": b"GET /healthz HTTP/1.1\r\nHost: sge.example\r\nX: a\r\n b\r\n\r\n",
    "bare line feeds": b"GET /healthz HTTP/1.1\nHost: sge.example\n\n",
    "zero byte in a header": get(b"/healthz", b"X: a\x00b"),
    "HTTP/2 without agreement": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS to a plain port": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(50),
    "a proxy's method": b"CONNECT attacker.example:443 HTTP/1.1\r\n" + HOST + b"\r\n",
    "raw bytes in the target": get(b"/\xff\xfe"),
}
HOSTS = {
    "no host": b"GET /graphql?query={hello} HTTP/1.1\r\n\r\n",
    "two hosts": get(b"/graphql?query={hello}", b"Host: attacker.example"),
    "host twice": get(b"/graphql?query={hello}", HOST.strip()),
    "another's host, our target": (
        b"GET http://sge.example/graphql?query={hello} HTTP/1.1\r\nHost: attacker.example\r\n\r\n"
    ),
    "host with a path": b"GET / HTTP/1.1\r\nHost: sge.example/../x\r\n\r\n",
    "host with a user": b"GET / HTTP/1.1\r\nHost: sge.example@attacker.example\r\n\r\n",
}
TARGETS = {
    "up and out": get(b"/../../etc/passwd"),
    "up and out, encoded": get(b"/..%2f..%2f..%2fetc%2fpasswd"),
    "up and out, twice encoded": get(b"/%252e%252e/%252e%252e/etc/passwd"),
    "up and out, backslashes": get(b"/..\\..\\..\\etc\\passwd"),
    "zero byte": get(b"/index.html%00.js"),
    "no UTF-8": get(b"/%ff%fe"),
    "a name no file can have": get(b"/" + b"a" * 5_000),
    "our sources": get(b"/../vite.config.ts"),
    "our sources beside GraphiQL": get(b"/graphiql/../../package.json"),
}
PARAMETERS = {
    "twice": b"query={hello}&query=mutation{__typename}",
    "no UTF-8": b"query=%7Bhello%7D%FF",
    "surrogate": b"query=%ED%A0%80",
    "overlong": b"query=%C0%AF{hello}",
    "NaN": b"query={hello}&variables=%7B%22a%22%3ANaN%7D",
    "nested": b"query={hello}&variables=" + b"[" * 20_000,
    "a list": b"query={hello}&variables=[]",
    "too many": b"query={hello}&" + b"&".join(b"a%d=" % number for number in range(60)),
    "no query": b"variables={}",
    "both": b"query={hello}&documentId=sha256:00",
}
BODIES = {
    "an infinity by exponent": VALUE % b"1e999",
    "an integer without end": VALUE % (b"9" * 5_000),
    "an integer beyond 2^53": VALUE % b"9007199254740993",
    "half a surrogate pair": VALUE % b'"\\ud83d"',
    "nesting that the reader takes and the writer does not": VALUE % (b"[" * 900 + b"]" * 900),
    "objects as deep": VALUE % (b'{"a":' * 300 + b"1" + b"}" * 300),
    "nesting without end": VALUE % (b"[" * 100_000),
    "a literal without end": b'{"query":"{echo(value:%s)}"}' % (b"9" * 400),
    "an infinite literal": b'{"query":"{echo(value:1e999)}"}',
    "a byte-order mark": b"\xef\xbb\xbf" + BODY,
    "a comment": b"/**/" + BODY,
    "a trailing comma": b'{"query":"{hello}",}',
    "single quotes": b"{'query':'{hello}'}",
    "UTF-16": '{"query":"{hello}"}'.encode("utf-16"),
    "a batch": b"[%s,%s]" % (BODY, BODY),
    "a batch of one": b"[%s]" % BODY,
}
CODINGS = ["gzip", "br", "deflate", "identity, gzip", "", "x", "zstd"]


@pytest.mark.parametrize("request_bytes", FRAMING.values(), ids=FRAMING)
async def test_framing_that_two_servers_could_read_differently(
    served: Served, request_bytes: bytes
) -> None:
    assert await status_of(served.port, request_bytes) in {0, 400}
    assert await status_of(served.port, post(LENGTH.strip())) == 200


@pytest.mark.parametrize("request_bytes", HOSTS.values(), ids=HOSTS)
async def test_hosts_that_are_not_ours(served: Served, request_bytes: bytes) -> None:
    assert await status_of(served.port, request_bytes) in {400, 421}


@pytest.mark.parametrize("request_bytes", TARGETS.values(), ids=TARGETS)
async def test_targets_outside_of_the_pages(served: Served, request_bytes: bytes) -> None:
    assert await status_of(served.port, request_bytes) in {400, 404}


@pytest.mark.parametrize("query", PARAMETERS.values(), ids=PARAMETERS)
async def test_query_strings_that_are_no_request(served: Served, query: bytes) -> None:
    assert await status_of(served.port, get(b"/graphql?" + query)) == 400


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_bodies_that_no_answer_could_hold(served: Served, body: bytes) -> None:
    headers = {
        "content-type": "application/json",
        "host": "sge.example",
        "accept": "application/graphql-response+json",
    }
    async with httpx.AsyncClient(base_url=served.url) as client:
        answer = await client.post("/graphql", content=body, headers=headers)
    assert answer.status_code == 400
    codes = {error["extensions"]["code"] for error in json.loads(answer.content)["errors"]}
    assert codes <= {"BAD_USER_INPUT", "QUERY_TOO_COMPLEX"}
    assert SECRET_TEXT not in answer.text


@pytest.mark.parametrize("coding", CODINGS)
async def test_bodies_in_another_coding(served: Served, coding: str) -> None:
    request = post(LENGTH.strip(), b"Content-Encoding: " + coding.encode())
    assert await status_of(served.port, request) == 415
