"""JSON-RPC to one chain over several endpoints: the healthiest first, the next one when it fails."""

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from app.chain.endpoint import Endpoint
from app.chain.node_errors import (
    NoAnswer,
    NodeError,
    RateLimited,
    WrongChain,
    decoding,
    node_error,
)
from app.chain.rpc_metrics import FAILURES, HEADS_BACKWARDS, REQUEST_SECONDS
from app.tracing import span

_LOG = structlog.get_logger()
# An endpoint this many blocks behind the best head seen is asked last.
_LAGGING_BLOCKS = 2


@dataclass(frozen=True, slots=True)
class Request:
    """One JSON-RPC call."""

    method: str
    params: Sequence[Any] = ()


class Rpc:
    """Every request, transactions included, may go to a second endpoint: all of them are safe to repeat."""

    def __init__(self, chain_id: int, endpoints: Sequence[Endpoint]) -> None:
        if not endpoints:
            raise ValueError(f"chain {chain_id} has no endpoint")
        self.chain_id = chain_id
        self._endpoints = endpoints
        self._ids = itertools.count(1)
        self._best_head = 0

    async def request(self, method: str, *params: Any) -> Any:
        """The result. Raises NoAnswer, RateLimited or WrongChain when no endpoint answers, else a NodeError."""
        answer = await self._post(
            method, {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params}
        )
        if isinstance(answer, dict) and "result" in answer:
            return answer["result"]
        raise node_error(answer.get("error", answer) if isinstance(answer, dict) else answer)

    async def batch(self, requests: Sequence[Request]) -> list[Any | NodeError]:
        """Each result or its NodeError, in order; raises only when the batch as a whole got no answer."""
        if not requests:
            return []
        first = next(self._ids)
        for _ in requests[1:]:
            next(self._ids)
        payload = [
            {"jsonrpc": "2.0", "id": first + n, "method": one.method, "params": one.params}
            for n, one in enumerate(requests)
        ]
        answers = await self._post(requests[0].method, payload)
        if not isinstance(answers, list):
            raise node_error(
                answers.get("error", answers) if isinstance(answers, dict) else answers
            )
        by_id = {one.get("id"): one for one in answers if isinstance(one, dict)}
        return [_outcome(by_id.get(first + n)) for n in range(len(requests))]

    async def head(self) -> int:
        """The newest block's number, from an endpoint that is not behind one seen before, where there is one.

        When all are behind, the chain itself went back (or was replaced): the lower head is the truth.
        """
        number = await self._number()
        if number + _LAGGING_BLOCKS < self._best_head and len(self._endpoints) > 1:
            number = await self._number()
        if number < self._best_head:
            HEADS_BACKWARDS.labels(str(self.chain_id)).inc()
            _LOG.warning(
                "head went backwards", chain=self.chain_id, seen=self._best_head, now=number
            )
        self._best_head = number
        return number

    async def _number(self) -> int:
        told = await self.request("eth_blockNumber")
        with decoding("its head"):
            return int(told, 16)

    def apart(self) -> list["Rpc"]:
        """One of each endpoint, by itself."""
        return [Rpc(self.chain_id, [endpoint]) for endpoint in self._endpoints]

    async def close(self) -> None:
        for endpoint in self._endpoints:
            await endpoint.close()

    def _in_order(self) -> list[Endpoint]:
        """Those that may be asked, the healthiest first."""
        ready = [endpoint for endpoint in self._endpoints if not endpoint.rest_seconds()]
        return sorted(
            ready,
            key=lambda one: (one.head + _LAGGING_BLOCKS < self._best_head, one.latency_seconds),
        )

    async def _post(self, method: str, payload: Any) -> Any:
        with span(f"rpc {method}", "CLIENT", attributes={"chain": self.chain_id}):
            return await self._first_answer(method, payload)

    async def _first_answer(self, method: str, payload: Any) -> Any:
        problem: Exception | None = None
        for endpoint in self._in_order():
            started = time.monotonic()
            try:
                answer = await endpoint.post(payload)
                if method == "eth_blockNumber" and isinstance(answer, dict) and "result" in answer:
                    with decoding("its head"):
                        endpoint.head = int(answer["result"], 16)
            except (NoAnswer, RateLimited, WrongChain) as failure:
                FAILURES.labels(str(self.chain_id)).inc()
                _LOG.warning("endpoint failed", chain=self.chain_id, reason=str(failure))
                problem = failure
                continue
            finally:
                REQUEST_SECONDS.labels(method).observe(time.monotonic() - started)
            return answer
        if problem is None:
            rest = min(endpoint.rest_seconds() for endpoint in self._endpoints)
            problem = NoAnswer(f"every endpoint of chain {self.chain_id} rests for {rest:.1f} s")
        raise problem


def _outcome(answer: Any) -> Any | NodeError:
    if answer is None:
        return node_error("the batch's answer lacks this request")
    if "result" in answer:
        return answer["result"]
    return node_error(answer.get("error"))
