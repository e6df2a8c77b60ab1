"""All logs of one block by its receipts: nodes that limit how many logs a query may find give each receipt whole."""

from typing import Any

from app.chain.chain_data import Block, ChainLog, decode_block, decode_log
from app.chain.client import Chain
from app.chain.large_answers import in_halves
from app.chain.node_errors import ChainError, NoAnswer, RateLimited
from app.chain.rpc import Request

# A transaction (EIP-7825) has room for some twenty thousand logs.
_RECEIPTS_AT_ONCE = 10


async def read_block_logs(chain: Chain, tip: tuple[int, bytes], number: int) -> list[ChainLog]:
    """In log order. tip: as in Chain.get_logs_below, a block at or above this one. Raises ChainError.

    Where a node does not know eth_getBlockReceipts, or does not give as much at once, a few receipts at a time.
    """
    try:
        return await _of_whole_block(chain, tip, number)
    except RateLimited:
        raise
    except ChainError:
        return await _of_transactions(chain, tip, number)


async def _of_whole_block(chain: Chain, tip: tuple[int, bytes], number: int) -> list[ChainLog]:
    asked = [*_blocks(tip, number), Request("eth_getBlockReceipts", (hex(number),))]
    raw_tip, raw_block, raw_receipts = await chain.batch(asked)
    return _logs(_standing(tip, raw_tip, raw_block), raw_receipts or [])


async def _of_transactions(chain: Chain, tip: tuple[int, bytes], number: int) -> list[ChainLog]:
    block = _standing(tip, *await chain.batch(_blocks(tip, number)))
    hashes = block.transaction_hashes
    receipts: list[Any] = []
    for start in range(0, len(hashes), _RECEIPTS_AT_ONCE):
        part = hashes[start : start + _RECEIPTS_AT_ONCE]
        asked = [Request("eth_getTransactionReceipt", ("0x" + one.hex(),)) for one in part]
        receipts += await in_halves(chain.batch, asked)
    return _logs(block, receipts)


def _blocks(tip: tuple[int, bytes], number: int) -> list[Request]:
    return [Request("eth_getBlockByNumber", (hex(one), False)) for one in (tip[0], number)]


def _standing(tip: tuple[int, bytes], raw_tip: Any, raw_block: Any) -> Block:
    if raw_tip is None or raw_block is None or decode_block(raw_tip).hash != tip[1]:
        raise NoAnswer(f"the node that was asked for receipts does not have block {tip[0]}")
    block = decode_block(raw_block)
    if block.emptied:
        raise NoAnswer(
            f"the node that was asked for receipts has thrown those of block {block.number} away"
        )
    return block


def _logs(block: Block, receipts: list[Any]) -> list[ChainLog]:
    """A receipt that is missing, or of another block, must not make a log missing."""
    given = [one for one in receipts if one is not None]
    of_block = "0x" + block.hash.hex()
    found = {bytes.fromhex(one["transactionHash"][2:]) for one in given}
    if not found.issuperset(block.transaction_hashes) or any(
        one["blockHash"] != of_block for one in given
    ):
        raise NoAnswer(f"the receipts of block {block.number} are not whole")
    logs = [decode_log(raw) for one in given for raw in one["logs"]]
    return sorted(logs, key=lambda log: log.log_index)
