"""A small HTTP proxy before a node that can hang, refuse, or drop the answer after the node acted.

verify=False: it speaks no TLS, and reading the certificates of authorities takes a client longer than its request.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import httpx

_JSON = {"content-type": "application/json"}
Plan = Callable[
    [bytes], str
]  # of a request's body: "pass", "429", "500", "hang", "drop" or "forget"


class NodeProxy:
    """plan decides about each request; "drop" passes it on and loses the answer, "forget" loses the request, "wait" holds
    it until `released` is set, and sets `waiting`. rewrite: what the node gets instead of a request's body; answer: what
    is given for a request's body and the node's answer.
    """

    def __init__(self, target: str) -> None:
        self.target = target
        self.plan: Plan = lambda _body: "pass"
        self.rewrite: Callable[[bytes], bytes] = lambda body: body
        self.answer: Callable[[bytes, bytes], bytes] = lambda _body, answer: answer
        self.seen: list[bytes] = []
        self.waiting = asyncio.Event()
        self.released = asyncio.Event()
        self.url = ""

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length: ")[1].split("\r\n")[0])
        body = await reader.readexactly(length)
        self.seen.append(body)
        what = self.plan(body)
        if what == "wait":
            self.waiting.set()
            await self.released.wait()
            what = "pass"
        if what in ("pass", "drop"):
            async with httpx.AsyncClient(trust_env=False, verify=False) as client:
                answer = (
                    await client.post(self.target, content=self.rewrite(body), headers=_JSON)
                ).content
            answer = self.answer(body, answer)
        if what == "hang":
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(30)
        elif what == "pass":
            writer.write(_response("200 OK", answer))
        elif what == "429":
            writer.write(_response("429 Too Many Requests\r\nretry-after: 1", b"slow down"))
        elif what == "500":
            writer.write(_response("500 Oh", b"oh"))
        writer.close()


def _response(status: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


@asynccontextmanager
async def proxy_before(target: str) -> AsyncIterator[NodeProxy]:
    """A proxy on a free port of its own."""
    assert urlsplit(target).port
    proxy = NodeProxy(target)
    server = await asyncio.start_server(proxy.handle, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
