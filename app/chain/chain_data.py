"""What nodes tell about blocks, logs and receipts, decoded once."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

# The root of an empty trie: what the header of a block without transactions says; and what says nothing, which some nodes of
# second layers write into every header.
_NO_TRANSACTIONS = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"
_NOT_TOLD = "0x" + 64 * "0"


@dataclass(frozen=True, slots=True)
class Block:
    """A block's header; base_fee in wei. emptied: it had transactions, and the node lists none of them any more."""

    number: int
    hash: bytes
    parent_hash: bytes
    at: datetime
    base_fee: int
    gas_limit: int
    gas_used: int
    transaction_hashes: tuple[bytes, ...]
    emptied: bool = False


class ChainLog(NamedTuple):
    """One log. address: as the node writes it, in lower case."""

    address: str
    topics: tuple[bytes, ...]
    data: bytes
    block_number: int
    block_hash: bytes
    tx_hash: bytes
    tx_index: int
    log_index: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """How a mined transaction went. cost_wei: all that its sender paid, a rollup's data fee included.

    Its logs are left out: what counts is read by block range, and a batch has hundreds.
    """

    tx_hash: bytes
    succeeded: bool
    block_number: int
    block_hash: bytes
    gas_used: int
    cost_wei: int


@dataclass(frozen=True, slots=True)
class FeeHistory:
    """Of recent blocks (eth_feeHistory): base fees, the next block's last; tips at the percentile asked for."""

    base_fees: tuple[int, ...]
    tips: tuple[int, ...]
    newest_block: int


def decode_block(raw: Any) -> Block:
    return Block(
        number=int(raw["number"], 16),
        hash=_bytes(raw["hash"]),
        parent_hash=_bytes(raw["parentHash"]),
        at=datetime.fromtimestamp(int(raw["timestamp"], 16), UTC),
        base_fee=int(raw.get("baseFeePerGas", "0x0"), 16),
        gas_limit=int(raw["gasLimit"], 16),
        gas_used=int(raw["gasUsed"], 16),
        transaction_hashes=tuple(
            _bytes(one if isinstance(one, str) else one["hash"]) for one in raw["transactions"]
        ),
        emptied=not raw["transactions"]
        and raw.get("transactionsRoot") not in (None, _NOT_TOLD, _NO_TRANSACTIONS),
    )


def decode_log(raw: Any) -> ChainLog:
    return ChainLog(
        raw["address"].lower(),
        tuple(bytes.fromhex(topic[2:]) for topic in raw["topics"]),
        bytes.fromhex(raw["data"][2:]),
        int(raw["blockNumber"], 16),
        bytes.fromhex(raw["blockHash"][2:]),
        bytes.fromhex(raw["transactionHash"][2:]),
        int(raw["transactionIndex"], 16),
        int(raw["logIndex"], 16),
    )


def decode_receipt(raw: Any) -> Receipt:
    gas_used = int(raw["gasUsed"], 16)
    # OP-stack chains bill the data's way to the parent chain apart.
    data_fee = int(raw.get("l1Fee") or "0x0", 16)
    return Receipt(
        tx_hash=_bytes(raw["transactionHash"]),
        succeeded=raw["status"] == "0x1",
        block_number=int(raw["blockNumber"], 16),
        block_hash=_bytes(raw["blockHash"]),
        gas_used=gas_used,
        cost_wei=gas_used * int(raw["effectiveGasPrice"], 16) + data_fee,
    )


def decode_fee_history(raw: Any) -> FeeHistory:
    base_fees = tuple(int(fee, 16) for fee in raw["baseFeePerGas"])
    return FeeHistory(
        base_fees=base_fees,
        tips=tuple(int(row[0], 16) for row in raw.get("reward") or ()),
        newest_block=int(raw["oldestBlock"], 16) + len(base_fees) - 2,
    )


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])
