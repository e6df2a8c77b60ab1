"""One EVM chain, as the rest of the product talks to it. Nothing here signs or decides."""

from collections.abc import Sequence
from typing import Any, Self

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
from app.chain.endpoint import Endpoint
from app.chain.large_answers import about_a_range, in_halves
from app.chain.node_errors import ChainError, NoAnswer, NodeError
from app.chain.read_requests import (
    BlockRef,
    BlockTag,
    block_word,
    call_object,
    chunks,
    chunks_by_bytes,
    log_query,
    portions,
)
from app.chain.rpc import Request, Rpc

_TIMEOUT_SECONDS = 10.0


class Chain:
    """A chain by its id, over one or more endpoints. Every method raises ChainError's subclasses only."""

    def __init__(
        self,
        chain_id: int,
        urls: Sequence[str],
        *,
        timeout_seconds: float = _TIMEOUT_SECONDS,
        rpc: Rpc | None = None,
    ) -> None:
        """rpc: what to ask instead of the urls."""
        self.chain_id = chain_id
        self._rpc = rpc or Rpc(chain_id, [Endpoint(url, chain_id, timeout_seconds) for url in urls])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._rpc.close()

    async def request(self, method: str, *params: Any) -> Any:
        """Any other JSON-RPC method, its result as it comes."""
        return await self._rpc.request(method, *params)

    async def batch(self, requests: Sequence[Request]) -> list[Any]:
        """The results in order, all of one node. Raises the first NodeError among them."""
        return [_result(raw) for raw in await self._rpc.batch(requests)]

    def nodes(self) -> list["Chain"]:
        """Each configured node by itself, which answers or fails for itself; they close with this chain."""
        return [Chain(self.chain_id, (), rpc=rpc) for rpc in self._rpc.apart()]

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
        raw = await self._rpc.request("eth_getBlockByNumber", block_word(block), False)
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
        query = log_query(first, last, addresses, topics)
        with about_a_range():
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
        asked = [
            Request("eth_getBlockByNumber", (hex(number), False)),
            Request("eth_getLogs", (log_query(first, last, addresses, topics),)),
        ]
        with about_a_range():
            raw_block, raw_logs = await self.batch(asked)
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
        answer = await self._rpc.request(
            "eth_call", call_object(to, data, sender, gas), block_word(block)
        )
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
        for part in portions(calls):
            chunk = [
                Request("eth_call", (call_object(to, data, sender, gas), block_word(block)))
                for to, data in part
            ]
            answers.extend(_bytes_or_error(raw) for raw in await self._rpc.batch(chunk))
        return answers

    async def send_raw_batch(self, raws: Sequence[bytes]) -> list[bytes | ChainError]:
        """Sends signed transactions in order, about a megabyte at a time: each one's hash, or its error.

        A chunk without an answer ends it: NoAnswer for each transaction from there on, whose fate is unknown.
        """
        outcomes: list[bytes | ChainError] = []
        for chunk in chunks_by_bytes(raws):
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
        return int(
            await self._rpc.request("eth_getTransactionCount", address, block_word(block)), 16
        )

    async def nonces(self, addresses: Sequence[str], block: int | BlockTag) -> list[int]:
        """The same of several addresses, in order, in batches."""
        answers = await self._many(
            [Request("eth_getTransactionCount", (one, block_word(block))) for one in addresses]
        )
        return [int(raw, 16) for raw in answers]

    async def holdings(self, addresses: Sequence[str]) -> list[tuple[int, int]]:
        """Wei and nonce of each address at the head, in order, in batches."""
        answers = await self._many(
            [
                Request(method, (one, "latest"))
                for one in addresses
                for method in ("eth_getBalance", "eth_getTransactionCount")
            ]
        )
        numbers = [int(raw, 16) for raw in answers]
        return list(zip(numbers[::2], numbers[1::2], strict=True))

    async def balance(self, address: str, block: int | BlockTag = "latest") -> int:
        """Wei."""
        return int(await self._rpc.request("eth_getBalance", address, block_word(block)), 16)

    async def code(self, address: str, block: int | BlockTag = "latest") -> bytes:
        answer = await self._rpc.request("eth_getCode", address, block_word(block))
        return bytes.fromhex(answer[2:])

    async def codes(self, addresses: Sequence[str]) -> list[bytes]:
        """The code at each address at the head; empty for a plain key."""
        answers = await self._many(
            [Request("eth_getCode", (address, "latest")) for address in addresses]
        )
        return [bytes.fromhex(raw[2:]) for raw in answers]

    async def _many(self, requests: Sequence[Request]) -> list[Any]:
        results: list[Any] = []
        for chunk in chunks(requests):
            results += await in_halves(self.batch, chunk)
        return results


def _result(answer: Any) -> Any:
    if isinstance(answer, NodeError):
        raise answer
    return answer


def _bytes_or_error(answer: Any) -> bytes | NodeError:
    return answer if isinstance(answer, NodeError) else bytes.fromhex(answer[2:])
