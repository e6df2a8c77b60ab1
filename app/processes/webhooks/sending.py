"""One try of one delivery over the network: to a checked address, within seconds, following nothing."""

import asyncio
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx
import structlog

from app.authorities import usual_authorities
from app.domain.clock import Clock
from app.domain.webhooks.outcomes import Outcome, asks_to_wait, error_of
from app.domain.webhooks.schedule import read_retry_after
from app.domain.webhooks.targets import Target, UnsuitableTarget, parse_target
from app.processes.webhooks.resolving import Resolver, addresses_of

_LOG = structlog.get_logger()
_MOST_ADDRESSES = 3
_USER_AGENT = "SGE-Webhooks/1"


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: connecting to one address (with TLS), and the whole try."""

    connect: float = 5.0
    whole: float = 15.0


@dataclass(frozen=True, slots=True)
class Message:
    """What goes out. headers: those of the signature."""

    url: str
    headers: dict[str, str]
    body: bytes = field(repr=False)


class Sender:
    """Sends messages, each over a connection of its own.

    A bare transport, not a client: no redirects, cookies, proxies or .netrc, so nothing of one receiver reaches another.
    tls: how certificates are checked; None: against the usual authorities.
    """

    def __init__(
        self,
        resolver: Resolver,
        clock: Clock,
        *,
        allow_loopback: bool = False,
        tls: ssl.SSLContext | None = None,
        patience: Patience = Patience(),
    ) -> None:
        self._resolver = resolver
        self._clock = clock
        self._allow_loopback = allow_loopback
        self._patience = patience
        self._transport = httpx.AsyncHTTPTransport(
            verify=tls or usual_authorities(trust_env=False),
            trust_env=False,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        )

    async def close(self) -> None:
        await self._transport.aclose()

    async def send(self, message: Message) -> Outcome:
        """What came of it; never raises for what a receiver does."""
        at, begun = self._clock(), time.perf_counter()
        status = retry_after = None
        try:
            async with asyncio.timeout(self._patience.whole):
                response = await self._answer(message)
            status, error = response.status_code, error_of(response.status_code)
            if asks_to_wait(status):
                retry_after = read_retry_after(response.headers.get("retry-after", ""), at)
        except TimeoutError:
            error = f"There was no answer within {self._patience.whole:g} seconds."
        except UnsuitableTarget as problem:
            error = str(problem)
        except httpx.TransportError as problem:
            error = _in_words(problem)
        except Exception:  # noqa: BLE001 - counted as a try, whatever it is, so that it ends
            _LOG.exception("webhook not sent")
            error = "It could not be sent; the reason is in this installation's log."
        duration = 1000 * (time.perf_counter() - begun)
        return Outcome(at, duration, status, error, retry_after)

    async def _answer(self, message: Message) -> httpx.Response:
        target = parse_target(message.url, allow_loopback=self._allow_loopback)
        addresses = await addresses_of(target, self._resolver)
        return await self._first_answer(target, addresses[:_MOST_ADDRESSES], message)

    async def _first_answer(
        self, target: Target, addresses: Sequence[str], message: Message
    ) -> httpx.Response:
        for address in addresses[:-1]:
            try:
                return await self._post(target, address, message)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._post(target, addresses[-1], message)

    async def _post(self, target: Target, address: str, message: Message) -> httpx.Response:
        request = _request(target, address, message, self._patience)
        response = await self._transport.handle_async_request(request)
        # Its status is all that is read: whatever else it sends, for however long, is left on the wire.
        await response.aclose()
        return response


def _request(target: Target, address: str, message: Message, patience: Patience) -> httpx.Request:
    """To the address, not the name: nobody resolves again. Certificate and Host header are the name's."""
    at = f"[{address}]" if ":" in address else address
    seconds = {"connect": patience.connect, "pool": patience.connect}
    seconds |= {"read": patience.whole, "write": patience.whole}
    extensions: dict[str, object] = {"timeout": seconds}
    if target.scheme == "https":
        extensions["sni_hostname"] = target.host.strip("[]")
    headers = {
        "host": target.authority,
        "user-agent": _USER_AGENT,
        "content-type": "application/json",
        "accept": "*/*",
        "connection": "close",
        "content-length": str(len(message.body)),
        **message.headers,
    }
    url = f"{target.scheme}://{at}:{target.port}{target.path}"
    return httpx.Request("POST", url, headers=headers, content=message.body, extensions=extensions)


def _in_words(problem: httpx.TransportError) -> str:
    """Without addresses: who may not know them reads this."""
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"Its certificate is not good for the name: {cause.verify_message}."
        if isinstance(cause, ssl.SSLError):
            return "TLS could not be agreed on."
        cause = cause.__cause__ or cause.__context__
    if isinstance(problem, httpx.ConnectTimeout):
        return "It could not be connected to in time."
    if isinstance(problem, httpx.ConnectError):
        return "It could not be connected to."
    return "The connection ended before an answer."
