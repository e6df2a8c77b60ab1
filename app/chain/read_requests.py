"""JSON-RPC parameters of reads, and how many go into one body."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from app.chain.rpc import Request

BlockTag = Literal["latest", "pending", "safe", "finalized", "earliest"]
BlockRef = int | BlockTag | bytes
"""A block by its number, by a tag, or by its hash: then whatever is not in the chain answers nothing (EIP-1898)."""

_BATCH_REQUESTS = 200
# Eight transactions of the largest size; more in one body is refused by some nodes.
_BATCH_BYTES = 1_000_000


def log_query(
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


def block_word(block: BlockRef) -> str | dict[str, Any]:
    if isinstance(block, bytes):
        return {"blockHash": "0x" + block.hex(), "requireCanonical": True}
    return hex(block) if isinstance(block, int) else block


def call_object(to: str, data: bytes, sender: str | None, gas: int | None) -> dict[str, str]:
    call = {"to": to, "data": "0x" + data.hex()}
    if sender is not None:
        call["from"] = sender
    if gas is not None:
        call["gas"] = hex(gas)
    return call


def chunks(requests: Sequence[Request]) -> Iterator[Sequence[Request]]:
    for start in range(0, len(requests), _BATCH_REQUESTS):
        yield requests[start : start + _BATCH_REQUESTS]


def portions(calls: Sequence[tuple[str, bytes]]) -> Iterator[Sequence[tuple[str, bytes]]]:
    """A simulated multi-send has as many bytes as a transaction, so calls are portioned by size too."""
    start = 0
    for chunk in chunks_by_bytes([data for _, data in calls]):
        for offset in range(0, len(chunk), _BATCH_REQUESTS):
            end = start + min(_BATCH_REQUESTS, len(chunk) - offset)
            yield calls[start:end]
            start = end


def chunks_by_bytes(raws: Sequence[bytes]) -> Iterator[list[bytes]]:
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
