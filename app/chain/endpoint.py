"""One address of a chain's nodes: how well it does, and when it is left alone."""

import asyncio
import time
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

from app.authorities import usual_authorities
from app.chain.node_errors import AnswerTooLarge, NoAnswer, RateLimited, WrongChain, node_error

_FAILURES_THAT_OPEN = 3
_SHORTEST_REST_SECONDS = 1.0
_LONGEST_REST_SECONDS = 15.0
_LATENCY_WEIGHT = 0.2
_LONGEST_RETRY_AFTER_SECONDS = 60.0
_HTTP_TOO_MANY = 429
LARGEST_ANSWER_BYTES = 32 * 2**20
"""Unpacked. Decoded it takes up to twenty times as much; what is asked for has less, or is asked for in smaller parts."""
# While something comes each read is in time; an answer as a whole may take so many timeouts.
_ANSWER_TIMEOUTS = 6


class Endpoint:
    """A JSON-RPC address with its circuit breaker: three failures in a row open it for one second, then
    for twice as long each time, at most fifteen; the first request after that decides.

    The chain id is checked before the first use and again after a rest, since names can come to point elsewhere.
    """

    def __init__(self, url: str, chain_id: int, timeout_seconds: float) -> None:
        self._chain_id = chain_id
        self._timeout_seconds = timeout_seconds
        trust_env = not _is_loopback(url)
        self._client = httpx.AsyncClient(
            timeout=timeout_seconds,
            trust_env=trust_env,
            verify=usual_authorities(trust_env=trust_env),
            headers={"content-type": "application/json"},
            limits=httpx.Limits(max_connections=32, max_keepalive_connections=8),
        )
        self._url = url
        self._verified = False
        self._failures = 0
        self._rests_until = 0.0
        self.latency_seconds = 0.0
        self.head = 0

    @property
    def name(self) -> str:
        """The host only: a provider's path carries its key."""
        return urlsplit(self._url).netloc.rpartition("@")[2]

    def rest_seconds(self) -> float:
        """How long it is still left alone; 0 when it may be asked."""
        return max(0.0, self._rests_until - time.monotonic())

    async def post(self, payload: Any) -> Any:
        """The decoded answer. Raises NoAnswer, RateLimited, or WrongChain; each counts against this endpoint."""
        if not self._verified:
            await self._verify()
        return await self._post(payload)

    async def close(self) -> None:
        await self._client.aclose()

    async def ask_chain_id(self) -> int:
        """The chain that it is a node of. Raises as `post` does."""
        request = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
        answer = await self._post(request)
        try:
            return int(answer["result"], 16)
        except (TypeError, KeyError, ValueError):
            self._failed()
            raise NoAnswer(
                f"{self.name} does not tell its chain id: {node_error(answer)}"
            ) from None

    async def _verify(self) -> None:
        found = await self.ask_chain_id()
        if found != self._chain_id:
            self._rest(_LONGEST_REST_SECONDS)
            raise WrongChain(f"{self.name} is chain {found}, not {self._chain_id}")
        self._verified = True

    async def _post(self, payload: Any) -> Any:
        started = time.monotonic()
        try:
            response, content = await self._ask(orjson.dumps(payload))
        except (httpx.HTTPError, httpx.StreamError, TimeoutError) as problem:
            self._failed()
            raise NoAnswer(f"{self.name}: {type(problem).__name__}") from problem
        if response.status_code == _HTTP_TOO_MANY:
            seconds = _retry_after(response)
            self._rest(seconds)
            raise RateLimited(f"{self.name} asks for patience", seconds)
        try:
            answer = orjson.loads(content)
        except orjson.JSONDecodeError as problem:
            self._failed()
            raise NoAnswer(f"{self.name}: HTTP {response.status_code}, no JSON") from problem
        refuses = isinstance(answer, dict) and "error" in answer
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR and not refuses:
            self._failed()
            raise NoAnswer(f"{self.name}: HTTP {response.status_code}")
        self._succeeded(time.monotonic() - started)
        return answer

    async def _ask(self, body: bytes) -> tuple[httpx.Response, bytearray]:
        content = bytearray()
        async with (
            asyncio.timeout(_ANSWER_TIMEOUTS * self._timeout_seconds),
            self._client.stream("POST", self._url, content=body) as response,
        ):
            # Packed once 64 KiB are 64 MiB at most; packed twice, of nothing but zeros, more than any machine has.
            if "," in response.headers.get("content-encoding", ""):
                raise httpx.DecodingError("packed more than once")
            # At most 64 KiB at a time, or what they unpack to.
            async for part in response.aiter_bytes():
                content += part
                if len(content) > LARGEST_ANSWER_BYTES:
                    self._slow()
                    most = LARGEST_ANSWER_BYTES // 2**20
                    raise AnswerTooLarge(
                        f"{self.name} answers more than {most} MiB, which is not read"
                    )
        # httpx ties an answer and its stream into a ring, which would wait for the garbage collector.
        response.stream = httpx.ByteStream(b"")
        return response, content

    def _succeeded(self, seconds: float) -> None:
        self._failures = 0
        self.latency_seconds += _LATENCY_WEIGHT * (seconds - self.latency_seconds)

    def _failed(self) -> None:
        self._failures += 1
        self._slow()
        if self._failures >= _FAILURES_THAT_OPEN:
            doublings = self._failures - _FAILURES_THAT_OPEN
            self._rest(min(_SHORTEST_REST_SECONDS * 2.0**doublings, _LONGEST_REST_SECONDS))

    def _slow(self) -> None:
        """A request that hung, or told too much, says how this endpoint is now."""
        self.latency_seconds += _LATENCY_WEIGHT * (self._timeout_seconds - self.latency_seconds)

    def _rest(self, seconds: float) -> None:
        self._rests_until = time.monotonic() + seconds
        self._verified = False


async def read_chain_id(url: str, timeout_seconds: float = 10.0) -> int:
    """Which chain an address is a node of. Raises NoAnswer or RateLimited."""
    endpoint = Endpoint(url, 0, timeout_seconds)
    try:
        return await endpoint.ask_chain_id()
    finally:
        await endpoint.close()


def _retry_after(response: httpx.Response) -> float:
    """Seconds of a Retry-After header (RFC 9110, section 10.2.3); one second for a date or nothing."""
    text = response.headers.get("retry-after", "")
    if text.isascii() and text.isdigit():
        return min(float(text), _LONGEST_RETRY_AFTER_SECONDS)
    return 1.0


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
