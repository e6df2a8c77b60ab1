"""The safeTxHash that a Safe's owners sign, by the rules of the Safe's version.

Source: Safe.sol and GnosisSafe.sol `getTransactionHash`, whose answer is the oracle in tests.
"""

from dataclasses import dataclass
from enum import IntEnum

from eth_hash.auto import keccak

from app.chain.address import ZERO_ADDRESS, address_bytes

_TYPE = (
    "SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,"
    "uint256 {base_gas},uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)"
)
SAFE_TX_TYPE_HASH = keccak(_TYPE.format(base_gas="baseGas").encode())
_SAFE_TX_TYPE_HASH_BEFORE_1_0 = keccak(_TYPE.format(base_gas="dataGas").encode())
DOMAIN_TYPE_HASH = keccak(b"EIP712Domain(uint256 chainId,address verifyingContract)")
_DOMAIN_TYPE_HASH_BEFORE_1_3 = keccak(b"EIP712Domain(address verifyingContract)")


class SafeOperation(IntEnum):
    """How a Safe executes: a plain call, or foreign code in its own storage."""

    CALL = 0
    DELEGATE_CALL = 1


@dataclass(frozen=True, slots=True)
class SafeTransaction:
    """One transaction of a Safe; nobody is refunded for gas unless the gas fields say so."""

    to: str
    value: int
    data: bytes
    operation: int
    nonce: int
    safe_tx_gas: int = 0
    base_gas: int = 0
    gas_price: int = 0
    gas_token: str = ZERO_ADDRESS
    refund_receiver: str = ZERO_ADDRESS


def safe_tx_hash(
    safe: str, chain_id: int | None, version: str, transaction: SafeTransaction
) -> bytes:
    """Return what the owners of `safe` sign.

    `chain_id` is None for versions before 1.3.0, which do not bind the chain.
    """
    return keccak(safe_tx_preimage(safe, chain_id, version, transaction))


def safe_tx_preimage(
    safe: str, chain_id: int | None, version: str, transaction: SafeTransaction
) -> bytes:
    """Return the bytes under the hash (`encodeTransactionData`), which a contract owner is shown."""
    release = _release(version)
    domain = _domain_separator(safe, chain_id, release)
    return b"\x19\x01" + domain + _struct_hash(transaction, release)


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.partition("+")[0].split("."))


def _domain_separator(safe: str, chain_id: int | None, release: tuple[int, ...]) -> bytes:
    if release < (1, 3, 0):
        return keccak(_DOMAIN_TYPE_HASH_BEFORE_1_3 + _address_word(safe))
    if chain_id is None:
        raise ValueError("a Safe from 1.3.0 on binds its chain")
    return keccak(DOMAIN_TYPE_HASH + _word(chain_id) + _address_word(safe))


def _struct_hash(transaction: SafeTransaction, release: tuple[int, ...]) -> bytes:
    type_hash = SAFE_TX_TYPE_HASH if release >= (1, 0, 0) else _SAFE_TX_TYPE_HASH_BEFORE_1_0
    return keccak(
        type_hash
        + _address_word(transaction.to)
        + _word(transaction.value)
        + keccak(transaction.data)
        + _word(transaction.operation)
        + _word(transaction.safe_tx_gas)
        + _word(transaction.base_gas)
        + _word(transaction.gas_price)
        + _address_word(transaction.gas_token)
        + _address_word(transaction.refund_receiver)
        + _word(transaction.nonce)
    )


def _word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _address_word(address: str) -> bytes:
    return bytes(12) + address_bytes(address)
