"""What a wallet signs to pay: EIP-3009 ReceiveWithAuthorization to the gateway, and its names.

The encodings here are the gateway's own (contracts/src/SettlementIds.sol); tests compare both.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from eth_hash.auto import keccak

from app.chain.address import address_bytes

_DOMAIN_FIELDS = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)
_AUTHORIZATION_FIELDS = (
    ("from", "address"),
    ("to", "address"),
    ("value", "uint256"),
    ("validAfter", "uint256"),
    ("validBefore", "uint256"),
    ("nonce", "bytes32"),
)


def _type_hash(name: str, fields: tuple[tuple[str, str], ...]) -> bytes:
    return keccak(f"{name}({','.join(f'{kind} {field}' for field, kind in fields)})".encode())


_DOMAIN_TYPE_HASH = _type_hash("EIP712Domain", _DOMAIN_FIELDS)
RECEIVE_TYPE_HASH = _type_hash("ReceiveWithAuthorization", _AUTHORIZATION_FIELDS)


@dataclass(frozen=True, slots=True)
class TokenDomain:
    """The EIP-712 domain of a token; name and version differ by chain (settings)."""

    name: str
    version: str
    chain_id: int
    token: str

    def separator(self) -> bytes:
        """Return what the token's DOMAIN_SEPARATOR() answers."""
        return keccak(
            _DOMAIN_TYPE_HASH
            + keccak(self.name.encode())
            + keccak(self.version.encode())
            + _word(self.chain_id)
            + _address_word(self.token)
        )


@dataclass(frozen=True, slots=True)
class Authorization:
    """One payment that a wallet may sign; `amount` in the token's minor units, times in seconds.

    The token accepts it strictly after `valid_after` and strictly before `valid_before`.
    """

    wallet: str
    gateway: str
    amount: int
    valid_after: int
    valid_before: int
    nonce: bytes


def program_word(program_id: UUID) -> bytes:
    """Return a program's bytes32 on chain: its id's 16 bytes, then 16 zero bytes."""
    return program_id.bytes + bytes(16)


def key_hash(stored_idempotency_key: str) -> bytes:
    """Return the hash by which the chain knows an idempotency key, its hidden prefix included."""
    return keccak(stored_idempotency_key.encode())


def intent_chain_id(program: bytes, intent_key_hash: bytes) -> bytes:
    """Return the intent id that the gateway writes in its logs."""
    return keccak(_bytes32(program) + _bytes32(intent_key_hash))


def authorization_nonce(program: bytes, treasury: str, kind: int, intent_key_hash: bytes) -> bytes:
    """Return the EIP-3009 nonce of an intent: whoever signs it signs treasury, kind and intent.

    kind: the purpose's number (contracts/src/SettlementItems.sol, IntentKind.chain_kind).
    """
    return keccak(
        _bytes32(program) + _address_word(treasury) + _word(kind) + _bytes32(intent_key_hash)
    )


def receive_authorization_typed_data(
    domain: TokenDomain, authorization: Authorization
) -> dict[str, Any]:
    """Return the JSON for a wallet's eth_signTypedData_v4; integers as text, as JavaScript needs."""
    return {
        "types": {
            "EIP712Domain": _fields_json(_DOMAIN_FIELDS),
            "ReceiveWithAuthorization": _fields_json(_AUTHORIZATION_FIELDS),
        },
        "primaryType": "ReceiveWithAuthorization",
        "domain": {
            "name": domain.name,
            "version": domain.version,
            "chainId": domain.chain_id,
            "verifyingContract": domain.token,
        },
        "message": {
            "from": authorization.wallet,
            "to": authorization.gateway,
            "value": str(authorization.amount),
            "validAfter": str(authorization.valid_after),
            "validBefore": str(authorization.valid_before),
            "nonce": "0x" + authorization.nonce.hex(),
        },
    }


def authorization_digest(domain_separator: bytes, authorization: Authorization) -> bytes:
    """Return the 32 bytes that the wallet's key signs (EIP-712)."""
    struct_hash = keccak(
        RECEIVE_TYPE_HASH
        + _address_word(authorization.wallet)
        + _address_word(authorization.gateway)
        + _word(authorization.amount)
        + _word(authorization.valid_after)
        + _word(authorization.valid_before)
        + _bytes32(authorization.nonce)
    )
    return keccak(b"\x19\x01" + domain_separator + struct_hash)


def _fields_json(fields: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in fields]


def _word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _address_word(address: str) -> bytes:
    return bytes(12) + address_bytes(address)


def _bytes32(value: bytes) -> bytes:
    if len(value) != 32:
        raise ValueError("a bytes32 has 32 bytes")
    return value
