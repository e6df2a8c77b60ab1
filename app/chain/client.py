"""One EVM chain, as the rest of the product talks to it. Nothing here signs or decides."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal, Self

from app.chain.chain_data import (
    Block,
    ChainLog,
    FeeHistory,
    Receipt,
    decode_block,
    decode_fee_history,
    decode_log,
    decode_receipt,
)
from app.chain.node_errors import ChainError, NoAnswer, NodeError
from app.chain.rpc import Request, Rpc

BlockTag = Literal["latest", "pending", "safe", "finalized", "earliest"]
BlockRef = int | BlockTag | bytes
"""A block by its number, by a tag, or by its hash: then whatever is not in the chain answers nothing (EIP-1898)."""

_TIMEOUT_SECONDS = 10.0
_BATCH_REQUESTS = 200
# Eight transactions of the largest size; more in one body is refused by some nodes.
_BATCH_BYTES = 1_000_000


class Chain:
    """A chain by its id, over one or more endpoints. Every method raises ChainError's subclasses only."""

    def __init__(
        self, chain_id: int, urls: Sequence[str], *, timeout_seconds: float = _TIMEOUT_SECONDS
    ) -> None:
        self.chain_id = chain_id
        self._rpc = Rpc(chain_id, urls, timeout_seconds)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._rpc.close()

    async def request(self, method: str, *params: Any) -> Any:
        """Any other JSON-RPC method, its result as it comes."""
        return await self._rpc.request(method, *params)

    async def block_number(self) -> int:
        """The head."""
        return await self._rpc.head()

    async def head_block(self) -> Block:
        """The newest block, of a node that is not behind one seen before. Raises NoAnswer while nodes disagree.

        The number is asked for by itself: from it each node's lag is known, and a node that lags is asked last.
        """
        number = await self._rpc.head()
        block = await self.get_block(number)
        if block is None:
            raise NoAnswer(f"the node that was asked for block {number} does not have it yet")
        return block

    async def get_block(self, block: int | BlockTag) -> Block | None:
        """A block's header; None when the node has no such block (yet)."""
        raw = await self._rpc.request("eth_getBlockByNumber", _block(block), False)
        return None if raw is None else decode_block(raw)

    async def get_blocks(self, numbers: Sequence[int]) -> list[Block | None]:
        """Several headers in order, in batches."""
        answers = await self._many(
            [Request("eth_getBlockByNumber", (hex(number), False)) for number in numbers]
        )
        return [None if raw is None else decode_block(raw) for raw in answers]

    async def get_logs(
        self,
        first: int,
        last: int,
        addresses: Sequence[str] | None = None,
        topics: Sequence[str | Sequence[str] | None] = (),
    ) -> list[ChainLog]:
        """Logs of the blocks first to last, both included, in block and log order. May raise RangeTooLarge."""
        query = _log_query(first, last, addresses, topics)
        return [decode_log(raw) for raw in await self._rpc.request("eth_getLogs", query)]

    async def get_logs_below(
        self,
        tip: tuple[int, bytes],
        first: int,
        last: int,
        addresses: Sequence[str],
        topics: Sequence[str | Sequence[str] | None],
    ) -> list[ChainLog]:
        """As get_logs, from a node that has the block `tip` (number, hash): one that lags answers a range beyond its
        head with fewer logs and no error. Both are asked of the same node. Raises NoAnswer when it has another block.
        """
        number, block_hash = tip
        raw_block, raw_logs = await self._many(
            [
                Request("eth_getBlockByNumber", (hex(number), False)),
                Request("eth_getLogs", (_log_query(first, last, addresses, topics),)),
            ]
        )
        if raw_block is None or decode_block(raw_block).hash != block_hash:
            raise NoAnswer(f"the node that was asked for logs does not have block {number}")
        return [decode_log(raw) for raw in raw_logs]

    async def call(
        self,
        to: str,
        data: bytes,
        *,
        block: int | BlockTag = "latest",
        sender: str | None = None,
        gas: int | None = None,
    ) -> bytes:
        """What a contract returns (eth_call). Raises ExecutionReverted with its data."""
        answer = await self._rpc.request("eth_call", _call(to, data, sender, gas), _block(block))
        return bytes.fromhex(answer[2:])

    async def call_batch(
        self,
        calls: Sequence[tuple[str, bytes]],
        *,
        block: BlockRef = "latest",
        gas: int | None = None,
        sender: str | None = None,
    ) -> list[bytes | NodeError]:
        """Several eth_calls, (contract, data) each: what they return, or why not, in order."""
        answers: list[bytes | NodeError] = []
        for part in _parts(calls):
            chunk = [
                Request("eth_call", (_call(to, data, sender, gas), _block(block)))
                for to, data in part
            ]
            answers.extend(_bytes_or_error(raw) for raw in await self._rpc.batch(chunk))
        return answers

    async def send_raw_batch(self, raws: Sequence[bytes]) -> list[bytes | ChainError]:
        """Sends signed transactions in order, about a megabyte at a time: each one's hash, or its error.

        A chunk without an answer ends it: NoAnswer for each transaction from there on, whose fate is unknown.
        """
        outcomes: list[bytes | ChainError] = []
        for chunk in _chunks_by_bytes(raws):
            requests = [Request("eth_sendRawTransaction", ("0x" + raw.hex(),)) for raw in chunk]
            try:
                answers = await self._rpc.batch(requests)
            except ChainError as problem:
                return outcomes + [problem] * (len(raws) - len(outcomes))
            outcomes.extend(_bytes_or_error(raw) for raw in answers)
        return outcomes

    async def receipts(self, hashes: Sequence[bytes]) -> list[Receipt | None]:
        """The receipts in order; None for what is in no block."""
        answers = await self._many(
            [Request("eth_getTransactionReceipt", ("0x" + one.hex(),)) for one in hashes]
        )
        return [None if raw is None else decode_receipt(raw) for raw in answers]

    async def fee_history(self, blocks: int, percentile: int) -> FeeHistory:
        """Base fees of the last blocks and of the next one, and the tips at a percentile."""
        return decode_fee_history(
            await self._rpc.request("eth_feeHistory", hex(blocks), "latest", [percentile])
        )

    async def nonce(self, address: str, block: int | BlockTag = "latest") -> int:
        """How many transactions the address has sent, as of a block or with what waits ("pending")."""
        return int(await self._rpc.request("eth_getTransactionCount", address, _block(block)), 16)

    async def balance(self, address: str, block: int | BlockTag = "latest") -> int:
        """Wei."""
        return int(await self._rpc.request("eth_getBalance", address, _block(block)), 16)

    async def code(self, address: str, block: int | BlockTag = "latest") -> bytes:
        answer = await self._rpc.request("eth_getCode", address, _block(block))
        return bytes.fromhex(answer[2:])

    async def codes(self, addresses: Sequence[str]) -> list[bytes]:
        """The code at each address at the head; empty for a plain key."""
        answers = await self._many(
            [Request("eth_getCode", (address, "latest")) for address in addresses]
        )
        return [bytes.fromhex(raw[2:]) for raw in answers]

    async def _many(self, requests: Sequence[Request]) -> list[Any]:
        results: list[Any] = []
        for chunk in _chunks(requests):
            for raw in await self._rpc.batch(chunk):
                if isinstance(raw, NodeError):
                    raise raw
                results.append(raw)
        return results


def _bytes_or_error(answer: Any) -> bytes | NodeError:
    return answer if isinstance(answer, NodeError) else bytes.fromhex(answer[2:])


def _log_query(
    first: int,
    last: int,
    addresses: Sequence[str] | None,
    topics: Sequence[str | Sequence[str] | None],
) -> dict[str, Any]:
    query: dict[str, Any] = {"fromBlock": hex(first), "toBlock": hex(last)}
    if addresses is not None:
        query["address"] = list(addresses)
    if topics:
        query["topics"] = list(topics)
    return query


def _block(block: BlockRef) -> str | dict[str, Any]:
    if isinstance(block, bytes):
        return {"blockHash": "0x" + block.hex(), "requireCanonical": True}
    return hex(block) if isinstance(block, int) else block


def _call(to: str, data: bytes, sender: str | None, gas: int | None) -> dict[str, str]:
    call = {"to": to, "data": "0x" + data.hex()}
    if sender is not None:
        call["from"] = sender
    if gas is not None:
        call["gas"] = hex(gas)
    return call


def _chunks(requests: Sequence[Request]) -> Iterator[Sequence[Request]]:
    for start in range(0, len(requests), _BATCH_REQUESTS):
        yield requests[start : start + _BATCH_REQUESTS]


def _parts(calls: Sequence[tuple[str, bytes]]) -> Iterator[Sequence[tuple[str, bytes]]]:
    """A simulated multi-send has as many bytes as a transaction, so calls are portioned by size too."""
    start = 0
    for chunk in _chunks_by_bytes([data for _, data in calls]):
        for offset in range(0, len(chunk), _BATCH_REQUESTS):
            end = start + min(_BATCH_REQUESTS, len(chunk) - offset)
            yield calls[start:end]
            start = end


def _chunks_by_bytes(raws: Sequence[bytes]) -> Iterator[list[bytes]]:
    chunk: list[bytes] = []
    size = 0
    for raw in raws:
        if chunk and size + 2 * len(raw) > _BATCH_BYTES:
            yield chunk
            chunk, size = [], 0
        chunk.append(raw)
        size += 2 * len(raw)  # hexadecimal
    if chunk:
        yield chunk
