"""Nodes that answer without end, or with more than a process has room for: real servers, on ports of their own."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from gzip import compress
from itertools import repeat

import pytest

from app.chain.client import Chain
from app.chain.endpoint import LARGEST_ANSWER_BYTES
from app.chain.node_errors import AnswerTooLarge, NoAnswer, RangeTooLarge
from app.chain.rpc import Request
from sge.embedded.anvil import CHAIN_ID, Anvil
from tests.chain.proxy import proxy_before

pytestmark = pytest.mark.long

_HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n"
_PART = b'"' + b"7" * 65_533 + b'",'
# What the sockets of both sides may hold beyond what was read.
_ON_ITS_WAY = 16 * 2**20


class Talker:
    """Answers its chain's id, and everything else with these parts of a body. sent: bytes of the body of the last answer."""

    def __init__(self, parts: Callable[[], Iterator[bytes]], header: str, pause: float) -> None:
        self.parts, self.header, self.pause = parts, header, pause
        self.sent = 0
        self.url = ""

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        body = await reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0]))
        own, header = b"eth_chainId" in body, self.header
        told = iter([f'{{"result": "{CHAIN_ID:#x}"}}'.encode()]) if own else self.parts()
        writer.write(f"{_HEAD}{'' if own else header}connection: close\r\n\r\n".encode())
        self.sent = 0
        with suppress(ConnectionError):
            for part in told:
                writer.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
                await writer.drain()
                self.sent += len(part)
                await asyncio.sleep(0 if own else self.pause)
            writer.write(b"0\r\n\r\n")
        writer.close()


@asynccontextmanager
async def talking(
    parts: Callable[[], Iterator[bytes]], header: str = "", pause: float = 0
) -> AsyncIterator[Talker]:
    talker = Talker(parts, header, pause)
    server = await asyncio.start_server(talker.handle, "127.0.0.1", 0)
    talker.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield talker
    finally:
        server.close()


def endless() -> Iterator[bytes]:
    return repeat(_PART)


def packed() -> Iterator[bytes]:
    """A thousand times as large when it is unpacked."""
    packing = zlib.compressobj(wbits=31)
    while True:
        if part := packing.compress(bytes(2**20)):
            yield part


async def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    async with talking(endless) as talker, Chain(CHAIN_ID, [talker.url]) as chain:
        async with asyncio.timeout(60):
            with pytest.raises(AnswerTooLarge, match="32 MiB"):
                await chain.request("eth_gasPrice")
        assert talker.sent < LARGEST_ANSWER_BYTES + _ON_ITS_WAY
        # It answers: others are asked before it, and it is not left alone.
        with pytest.raises(AnswerTooLarge):
            await chain.request("eth_gasPrice")


async def test_what_unpacks_without_end_neither() -> None:
    async with (
        talking(packed, "content-encoding: gzip\r\n") as talker,
        Chain(CHAIN_ID, [talker.url]) as chain,
        asyncio.timeout(60),
    ):
        with pytest.raises(AnswerTooLarge):
            await chain.request("eth_gasPrice")
        assert talker.sent < _ON_ITS_WAY


async def test_what_is_packed_twice_is_not_read() -> None:
    """A few kilobytes could be gigabytes before anybody has counted them."""
    told = iter([compress(compress(b'{"result": "0x5"}'))])
    async with (
        talking(lambda: told, "content-encoding: gzip, gzip\r\n") as talker,
        Chain(CHAIN_ID, [talker.url]) as chain,
    ):
        with pytest.raises(NoAnswer, match="DecodingError"):
            await chain.request("eth_gasPrice")


async def test_an_answer_that_trickles_ends() -> None:
    """Each byte comes in time, and there is always one more."""
    async with (
        talking(lambda: repeat(b" "), pause=0.02) as talker,
        Chain(CHAIN_ID, [talker.url], timeout_seconds=0.2) as chain,
        asyncio.timeout(60),
    ):
        with pytest.raises(NoAnswer):
            await chain.request("eth_gasPrice")


async def test_another_node_answers_instead(anvil: Anvil) -> None:
    async with talking(endless) as talker, Chain(CHAIN_ID, [talker.url, anvil.url]) as chain:
        assert await chain.request("eth_gasPrice")


async def test_too_many_logs_are_asked_for_in_smaller_ranges() -> None:
    async with talking(endless) as talker, Chain(CHAIN_ID, [talker.url]) as chain:
        with pytest.raises(RangeTooLarge):
            await chain.get_logs(0, 9)
        with pytest.raises(RangeTooLarge):
            await chain.get_logs_below((9, bytes(32)), 0, 9, [], [])


async def test_too_many_receipts_are_asked_for_in_halves(anvil: Anvil) -> None:
    """No block says how large its receipts are."""
    large = bytes(LARGEST_ANSWER_BYTES + 1)

    async with proxy_before(anvil.url) as proxy, Chain(CHAIN_ID, [proxy.url]) as chain:
        proxy.answer = lambda asked, given: large if asked.count(b"Receipt") > 1 else given
        assert await chain.receipts([bytes(32)] * 5) == [None] * 5
        with pytest.raises(AnswerTooLarge):
            await chain.batch([Request("eth_getTransactionReceipt", ("0x" + 64 * "0",))] * 2)
