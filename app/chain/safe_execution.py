"""A Safe's `execTransaction` with its owners' signatures. Source: Safe.sol `checkNSignatures`, the same in 1.3.0 and 1.4.1."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.chain.abi_words import WORD, address_word, selector
from app.chain.address import address_bytes
from app.chain.gas import MAX_CALLDATA_BYTES, MAX_TRANSACTION_GAS, BatchTooLargeError
from app.chain.safe_hash import SafeTransaction
from app.chain.signature import InvalidSignatureError

_EXECUTE = selector(
    "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"
)
_HEAD_WORDS = 10
_SIGNATURE_BYTES = 65
_CONTRACT_KIND = b"\x00"
# v of a key's signature: 27 and 28 over the hash itself, 31 and 32 over the prefixed hash (eth_sign).
_KEY_VS = frozenset((27, 28, 31, 32))

# Measured on anvil before refunds, with slack (tests/chain/test_payout_gas.py): a payout to a new
# holder, and everything around the payouts with a key's signature each.
_PAYOUT_GAS = 40_000
_AROUND_PAYOUTS_GAS = 100_000
_KEY_GAS = 10_000
# An owner's own code: a Safe of several owners, say. Approval lets it use no more (owner_consent), so that what
# counted as signed can be executed.
OWNER_CODE_GAS = 250_000


@dataclass(frozen=True, slots=True)
class OwnerSignature:
    """One owner's consent. contract: the owner has code, which judges the signature (ERC-1271) of any length."""

    owner: str
    signature: bytes
    contract: bool


def exec_calldata(transaction: SafeTransaction, signatures: Sequence[OwnerSignature]) -> bytes:
    """Calldata by which anybody executes what the owners signed. Raises InvalidSignatureError, BatchTooLargeError."""
    blob = signature_blob(signatures)
    data_at = _HEAD_WORDS * WORD
    data = _tail(transaction.data)
    calldata = b"".join(
        (
            _EXECUTE,
            address_word(transaction.to),
            transaction.value.to_bytes(WORD),
            data_at.to_bytes(WORD),
            int(transaction.operation).to_bytes(WORD),
            transaction.safe_tx_gas.to_bytes(WORD),
            transaction.base_gas.to_bytes(WORD),
            transaction.gas_price.to_bytes(WORD),
            address_word(transaction.gas_token),
            address_word(transaction.refund_receiver),
            (data_at + len(data)).to_bytes(WORD),
            data,
            _tail(blob),
        )
    )
    if len(calldata) > MAX_CALLDATA_BYTES:
        raise BatchTooLargeError(f"{len(calldata)} bytes are more than a transaction carries")
    return calldata


def signature_blob(signatures: Sequence[OwnerSignature]) -> bytes:
    """What the Safe takes: 65 bytes an owner, ascending by owner; behind them what contracts judge."""
    ordered = sorted(signatures, key=lambda one: address_bytes(one.owner))
    if len({address_bytes(one.owner) for one in ordered}) < len(ordered):
        raise InvalidSignatureError("an owner signs once")
    heads: list[bytes] = []
    tails: list[bytes] = []
    behind = len(ordered) * _SIGNATURE_BYTES
    for one in ordered:
        if one.contract:
            heads.append(address_word(one.owner) + behind.to_bytes(WORD) + _CONTRACT_KIND)
            # Not padded: the Safe reads the length and that many bytes.
            tails.append(len(one.signature).to_bytes(WORD) + one.signature)
            behind += len(tails[-1])
        else:
            heads.append(_of_key(one.signature))
    return b"".join((*heads, *tails))


def execution_gas(payouts: int, *, keys: int, contracts: int = 0) -> int:
    """A gas limit that pays that many recipients, none of whom holds the token yet. Raises BatchTooLargeError.

    keys, contracts: owners who signed, by kind.
    """
    gas = _AROUND_PAYOUTS_GAS + payouts * _PAYOUT_GAS + keys * _KEY_GAS + contracts * OWNER_CODE_GAS
    if gas > MAX_TRANSACTION_GAS:
        raise BatchTooLargeError(f"{gas} gas is more than one transaction's {MAX_TRANSACTION_GAS}")
    return gas


def _of_key(signature: bytes) -> bytes:
    if len(signature) != _SIGNATURE_BYTES or signature[64] not in _KEY_VS:
        raise InvalidSignatureError("a key's signature has 65 bytes and ends with 27, 28, 31 or 32")
    return signature


def _tail(value: bytes) -> bytes:
    return len(value).to_bytes(WORD) + value + bytes(-len(value) % WORD)
