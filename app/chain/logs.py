"""The logs that money depends on, decoded by hand: a block holds hundreds, and a general ABI decoder is slow."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from eth_hash.auto import keccak

from app.chain.chain_data import ChainLog

_WORD = 32

SETTLED_TOPIC = keccak(b"Settled(bytes32,bytes32,address,address,address,uint256,bytes32,uint256)")
REJECTED_TOPIC = keccak(b"Rejected(bytes32,uint8)")
TRANSFER_TOPIC = keccak(b"Transfer(address,address,uint256)")
EXECUTION_SUCCESS_TOPIC = keccak(b"ExecutionSuccess(bytes32,uint256)")


class LogPlace(NamedTuple):
    """Where a log is. tx_index orders transactions in a block, log_index all logs of the block."""

    block_number: int
    block_hash: bytes
    tx_hash: bytes
    tx_index: int
    log_index: int


class Settled(NamedTuple):
    """The gateway settled an item: contracts/src/SettlementGateway.sol. Addresses in lower case.

    token_id: of the identity that the same call minted, else 0. token is the zero address when amount is 0.
    """

    place: LogPlace
    intent_id: bytes
    program: bytes
    treasury: str
    wallet: str
    token: str
    amount: int
    token_id: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """The gateway refused an item; reason: a number of SettlementReason."""

    place: LogPlace
    intent_id: bytes
    reason: int


class TokenTransfer(NamedTuple):
    """A token moved (ERC-20). Addresses in lower case."""

    place: LogPlace
    token: str
    sender: str
    recipient: str
    amount: int


@dataclass(frozen=True, slots=True)
class SafeExecuted:
    """A Safe executed what its owners signed."""

    place: LogPlace
    safe: str
    safe_tx_hash: bytes


WatchedLog = Settled | Rejected | TokenTransfer | SafeExecuted


def decode_watched(logs: Iterable[ChainLog]) -> list[WatchedLog]:
    """What these logs say, in their order; logs of any other event or shape are left out.

    So are transfers of nothing: they change no balance, and anybody may make one in anybody's name.
    """
    return [decoded for log in logs if (decoded := _decode(log)) is not None]


def _decode(log: ChainLog) -> WatchedLog | None:
    topic, indexed = (log.topics[0] if log.topics else b""), len(log.topics) - 1
    if topic == TRANSFER_TOPIC and indexed == 2 and len(log.data) == _WORD and any(log.data):
        return TokenTransfer(
            _place(log),
            log.address,
            _address(log.topics[1]),
            _address(log.topics[2]),
            int.from_bytes(log.data),
        )
    if topic == SETTLED_TOPIC and indexed == 3 and len(log.data) == 5 * _WORD:
        return _settled(log)
    if topic == REJECTED_TOPIC and indexed == 1 and len(log.data) == _WORD:
        return Rejected(_place(log), log.topics[1], int.from_bytes(log.data))
    if topic == EXECUTION_SUCCESS_TOPIC and len(log.topics) + len(log.data) // _WORD == 3:
        # Safe 1.4 indexes the hash, 1.3 does not.
        return SafeExecuted(_place(log), log.address, log.topics[1] if indexed else _word(log, 0))
    return None


def _settled(log: ChainLog) -> Settled:
    return Settled(
        place=_place(log),
        intent_id=log.topics[1],
        program=log.topics[2],
        treasury=_address(_word(log, 0)),
        wallet=_address(log.topics[3]),
        token=_address(_word(log, 1)),
        amount=int.from_bytes(_word(log, 2)),
        token_id=int.from_bytes(_word(log, 4)),
    )


def _place(log: ChainLog) -> LogPlace:
    return LogPlace(log.block_number, log.block_hash, log.tx_hash, log.tx_index, log.log_index)


def _word(log: ChainLog, number: int) -> bytes:
    return log.data[number * _WORD : (number + 1) * _WORD]


def _address(word: bytes) -> str:
    return "0x" + word[-20:].hex()
