"""What owners sign to pay: one multi-send of the Safe, its content hash and its EIP-712 document.

Source: MultiSendCallOnly.sol and Safe.sol of Safe contracts 1.3.0 and 1.4.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eth_hash.auto import keccak

from app.chain.abi_words import WORD, address_word, selector
from app.chain.address import ZERO_ADDRESS, address_bytes
from app.chain.gas import MAX_CALLDATA_BYTES
from app.chain.safe_hash import SafeOperation, SafeTransaction
from app.domain.payouts import MOST_PAYOUTS

_MULTI_SEND = selector("multiSend(bytes)")
_TRANSFER = selector("transfer(address,uint256)")
_TRANSFER_BYTES = 4 + 2 * WORD
# An inner call: operation (one byte, 0), the address called, value, length of its data.
_CALL = b"\x00"
_NO_VALUE = bytes(WORD)
_HEAD_WORDS = 6
_MOST_UNITS = 2**256 - 1

_DOMAIN_FIELDS = (("chainId", "uint256"), ("verifyingContract", "address"))
_SAFE_TX_FIELDS = (
    ("to", "address"),
    ("value", "uint256"),
    ("data", "bytes"),
    ("operation", "uint8"),
    ("safeTxGas", "uint256"),
    ("baseGas", "uint256"),
    ("gasPrice", "uint256"),
    ("gasToken", "address"),
    ("refundReceiver", "address"),
    ("nonce", "uint256"),
)


class UnpayableError(ValueError):
    """These payouts cannot be one Safe transaction: too many, too large, or to nobody that can be paid."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One payout. amount: the token's smallest units, above zero."""

    destination: str
    amount: int


@dataclass(frozen=True, slots=True)
class SafeCall:
    """What a Safe is asked to do, without its nonce; no value is ever sent."""

    to: str
    data: bytes
    operation: SafeOperation


def content_hash(
    chain_id: int, safe: str, token: str, nonce: int, recipients: Sequence[Recipient]
) -> bytes:
    """keccak256(abi.encode(chainId, safe, token, nonce, address[], uint256[])) of one Safe transaction.

    The token of a call that pays nobody is the zero address. UnpayableError when the treasury would
    pay itself.
    """
    _require_few(recipients)
    require_payable(safe, recipients)
    head = (chain_id.to_bytes(WORD), address_word(safe), address_word(token), nonce.to_bytes(WORD))
    addresses = _HEAD_WORDS * WORD
    amounts = addresses + (1 + len(recipients)) * WORD
    count = len(recipients).to_bytes(WORD)
    return keccak(
        b"".join(
            (
                *head,
                addresses.to_bytes(WORD),
                amounts.to_bytes(WORD),
                count,
                *(address_word(one.destination) for one in recipients),
                count,
                *(one.amount.to_bytes(WORD) for one in recipients),
            )
        )
    )


def batch_content_hash(hashes: Sequence[bytes]) -> bytes:
    """keccak256 over the content hashes of a batch's Safe transactions, in order."""
    return keccak(b"".join(hashes))


def payout_call(multisend: str, token: str, recipients: Sequence[Recipient]) -> SafeCall:
    """One Transfer to each recipient, in order, all or none. Raises UnpayableError.

    The Safe runs the multi-send's code as its own (DELEGATE_CALL), so that the token sees the Safe.
    """
    if not recipients:
        raise UnpayableError("a payout needs a recipient")
    _require_few(recipients)
    require_payable(None, recipients)
    data = multi_send(token, recipients)
    if len(data) > MAX_CALLDATA_BYTES:
        raise UnpayableError(f"{len(data)} bytes are more than a transaction carries")
    return SafeCall(multisend, data, SafeOperation.DELEGATE_CALL)


def closing_call(safe: str) -> SafeCall:
    """A call of nothing to the Safe itself: it uses a nonce up and pays nobody."""
    return SafeCall(safe, b"", SafeOperation.CALL)


def planned_safe_transaction(call: SafeCall, nonce: int) -> SafeTransaction:
    """The call at a nonce. safeTxGas 0: a failing call reverts whole and leaves the nonce unused."""
    return SafeTransaction(
        to=call.to, value=0, data=call.data, operation=call.operation, nonce=nonce
    )


def typed_data(
    safe: str, chain_id: int, version: str, transaction: SafeTransaction
) -> dict[str, Any]:
    """The JSON for a wallet's eth_signTypedData_v4, for Safes from 1.3.0 on; integers as text."""
    if tuple(int(part) for part in version.partition("+")[0].split(".")) < (1, 3, 0):
        raise ValueError("a Safe before 1.3.0 signs another domain")
    return {
        "types": {"EIP712Domain": _fields(_DOMAIN_FIELDS), "SafeTx": _fields(_SAFE_TX_FIELDS)},
        "primaryType": "SafeTx",
        "domain": {"chainId": chain_id, "verifyingContract": safe},
        "message": {
            "to": transaction.to,
            "value": str(transaction.value),
            "data": "0x" + transaction.data.hex(),
            "operation": int(transaction.operation),
            "safeTxGas": str(transaction.safe_tx_gas),
            "baseGas": str(transaction.base_gas),
            "gasPrice": str(transaction.gas_price),
            "gasToken": transaction.gas_token,
            "refundReceiver": transaction.refund_receiver,
            "nonce": str(transaction.nonce),
        },
    }


def multi_send(token: str, recipients: Sequence[Recipient]) -> bytes:
    """Calldata of multiSend(bytes): a transfer to each, packed one behind the other."""
    head = _CALL + address_bytes(token) + _NO_VALUE + _TRANSFER_BYTES.to_bytes(WORD)
    inner = b"".join(head + transfer_data(one) for one in recipients)
    return b"".join(
        (
            _MULTI_SEND,
            WORD.to_bytes(WORD),
            len(inner).to_bytes(WORD),
            inner,
            bytes(-len(inner) % WORD),
        )
    )


def transfer_data(recipient: Recipient) -> bytes:
    """Calldata of the token's transfer(address,uint256)."""
    return _TRANSFER + address_word(recipient.destination) + recipient.amount.to_bytes(WORD)


def require_payable(safe: str | None, recipients: Sequence[Recipient]) -> None:
    """Whoever plans payouts has seen to this; here it is asserted. Raises UnpayableError."""
    nobody = {address_bytes(ZERO_ADDRESS), address_bytes(safe or ZERO_ADDRESS)}
    for one in recipients:
        if not 0 < one.amount <= _MOST_UNITS:
            raise UnpayableError(f"an amount of {one.amount} is not payable")
        if address_bytes(one.destination) in nobody:
            raise UnpayableError(f"{one.destination} is not to be paid")


def _require_few(recipients: Sequence[Recipient]) -> None:
    if len(recipients) > MOST_PAYOUTS:
        raise UnpayableError(f"{len(recipients)} payouts are more than {MOST_PAYOUTS}")


def _fields(fields: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in fields]
