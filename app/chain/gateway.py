"""Calls of the settlement gateway (contracts/src/SettlementGateway.sol), encoded by hand: 200 items in a millisecond."""

from collections.abc import Sequence
from dataclasses import dataclass

from eth_hash.auto import keccak

from app.chain.address import address_bytes
from app.chain.node_errors import NodeError
from app.chain.settlement_reason import SettlementReason
from app.chain.signature import parse_signature

_ITEM = "(bytes32,address,uint8,bytes32,address,address,uint256,uint256,uint256)"
_SETTLE = keccak(f"settle(({_ITEM},uint8,bytes32,bytes32)[])".encode())[:4]
_SETTLE_CONTRACT_WALLETS = keccak(f"settleContractWallets(({_ITEM},bytes)[])".encode())[:4]
_WORD = 32
_ITEM_WORDS = 9
_NO_SIGNATURE = bytes(3 * _WORD)


@dataclass(frozen=True, slots=True)
class GatewayItem:
    """What one intent asks of the gateway. amount: minor units, 0 for a registration without a fee, which has no
    signature either; valid_after and valid_before: seconds, both ends exclusive. kind: IntentKind.chain_kind.
    """

    program: bytes
    treasury: str
    kind: int
    key_hash: bytes
    wallet: str
    token: str
    amount: int
    valid_after: int
    valid_before: int
    signature: bytes


def encode_settle(items: Sequence[GatewayItem]) -> bytes:
    """Calldata of `settle`, for wallets without code. Raises InvalidSignatureError for a signature that is not r, s, v."""
    return b"".join(
        (_SETTLE, _uint(_WORD), _uint(len(items)), *(_item(one) + _vrs(one) for one in items))
    )


def encode_settle_contract_wallets(items: Sequence[GatewayItem]) -> bytes:
    """Calldata of `settleContractWallets`: signatures of any length, for the wallets' code to judge."""
    tails = [_item(one) + _uint((_ITEM_WORDS + 1) * _WORD) + _bytes(one.signature) for one in items]
    offsets = []
    offset = len(items) * _WORD
    for tail in tails:
        offsets.append(_uint(offset))
        offset += len(tail)
    return b"".join((_SETTLE_CONTRACT_WALLETS, _uint(_WORD), _uint(len(items)), *offsets, *tails))


def decode_reasons(returned: bytes) -> list[SettlementReason]:
    """What `settle` and `settleContractWallets` return: one reason an item, NONE where it happened.

    Raises NodeError for anything else: there is no gateway at this address, say.
    """
    count = int.from_bytes(returned[_WORD : 2 * _WORD])
    words = returned[2 * _WORD :]
    if len(returned) < 2 * _WORD or len(words) != count * _WORD:
        raise NodeError("the gateway's answer is not a list of reasons")
    return [_reason(words[n * _WORD + _WORD - 1]) for n in range(count)]


def _reason(code: int) -> SettlementReason:
    """A later gateway's reason that we do not know is UNKNOWN."""
    try:
        return SettlementReason(code)
    except ValueError:
        return SettlementReason.UNKNOWN


def _item(item: GatewayItem) -> bytes:
    return b"".join(
        (
            item.program,
            _address(item.treasury),
            _uint(item.kind),
            item.key_hash,
            _address(item.wallet),
            _address(item.token),
            _uint(item.amount),
            _uint(item.valid_after),
            _uint(item.valid_before),
        )
    )


def _vrs(item: GatewayItem) -> bytes:
    if not item.signature:
        return _NO_SIGNATURE
    signature = parse_signature(item.signature)
    return _uint(signature.v) + _uint(signature.r) + _uint(signature.s)


def _bytes(value: bytes) -> bytes:
    return _uint(len(value)) + value + bytes(-len(value) % _WORD)


def _uint(value: int) -> bytes:
    return value.to_bytes(_WORD)


def _address(address: str) -> bytes:
    return bytes(12) + address_bytes(address)
