"""What one transaction logged in one block, by its receipt: whoever filters logs may have thrown old ones away."""

from collections.abc import AsyncIterator, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from app.chain.chain_data import Block, ChainLog, decode_block, decode_log
from app.chain.client import Chain
from app.chain.large_answers import in_halves
from app.chain.node_errors import ChainError, NoAnswer, decoding
from app.chain.rpc import Request

_AT_ONCE = 20  # receipts of batches have hundreds of logs


class MinedIn(NamedTuple):
    """A transaction in a block of the chain, as it was once seen there."""

    block_number: int
    block_hash: bytes
    tx_hash: bytes


class CannotTellError(ChainError):
    """The node does not have what would answer; that says nothing about the transaction."""


async def mined_logs(
    chain: Chain, places: Iterable[MinedIn]
) -> AsyncIterator[tuple[MinedIn, tuple[ChainLog, ...]]]:
    """What each of these transactions logged in that block; nothing of one that is not in it, or no more.

    Raises CannotTellError for a node that has thrown away what it was asked for, UnreadableAnswer for nonsense, ChainError.
    """
    each = list(dict.fromkeys(places))
    for start in range(0, len(each), _AT_ONCE):
        some = each[start : start + _AT_ONCE]
        for place, logs in zip(some, await in_halves(partial(_some, chain), some), strict=True):
            yield place, logs


async def _some(chain: Chain, places: Sequence[MinedIn]) -> list[tuple[ChainLog, ...]]:
    requests = [Request("eth_getBlockByNumber", (hex(one.block_number), False)) for one in places]
    requests += [
        Request("eth_getTransactionReceipt", ("0x" + one.tx_hash.hex(),)) for one in places
    ]
    # In one request, so that one node answers both.
    answers = await chain.batch(requests)
    blocks, receipts = answers[: len(places)], answers[len(places) :]
    told = []
    for place, block, receipt in zip(places, blocks, receipts, strict=True):
        with decoding(f"block {place.block_number}"):
            told.append(_logs(place, None if block is None else decode_block(block), receipt))
    return told


def _logs(place: MinedIn, block: Block | None, receipt: object) -> tuple[ChainLog, ...]:
    if block is None:
        raise CannotTellError(f"the node does not have block {place.block_number}")
    if block.emptied and block.hash == place.block_hash:
        raise CannotTellError(f"the node has block {place.block_number} and not its transactions")
    stands = block.hash == place.block_hash and place.tx_hash in block.transaction_hashes
    logs = _logged(receipt, place)
    if stands and logs is None:
        # Receipts are looked up by an index that nodes prune too.
        raise CannotTellError(f"the node has block {place.block_number} and not its receipts")
    if logs is not None and not stands:
        raise NoAnswer(f"the node contradicts itself about block {place.block_number}")
    return logs or ()


def _logged(receipt: object, place: MinedIn) -> tuple[ChainLog, ...] | None:
    """None: the receipt is missing, or of another block."""
    if not isinstance(receipt, dict) or receipt["blockHash"] != "0x" + place.block_hash.hex():
        return None
    return tuple(decode_log(raw) for raw in receipt["logs"])
