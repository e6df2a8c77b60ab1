"""A relayer's key: signs EIP-1559 transactions, byte for byte the same whenever it is asked again (RFC 6979)."""

from collections.abc import Sequence
from dataclasses import dataclass

from eth_hash.auto import keccak
from eth_keys.backends import get_backend
from eth_keys.datatypes import PrivateKey

from app.chain.address import address_bytes, checksum_address
from app.chain.rlp import encode_rlp
from app.domain.transactions import SignedTransaction

_TYPE = b"\x02"

# coincurve (libsecp256k1) where it is installed, eth-keys' own Python elsewhere: five times slower.
_BACKEND = get_backend()


@dataclass(frozen=True, slots=True)
class UnsignedTransaction:
    """An EIP-1559 transaction; fees in wei for one unit of gas. to: None creates a contract."""

    chain_id: int
    nonce: int
    max_priority_fee_per_gas: int
    max_fee_per_gas: int
    gas_limit: int
    to: str | None
    value: int
    data: bytes
    access_list: Sequence[tuple[str, Sequence[bytes]]] = ()

    def fields(self) -> tuple[bytes | int | tuple[tuple[bytes, tuple[bytes, ...]], ...], ...]:
        """In the order of EIP-1559."""
        return (
            self.chain_id,
            self.nonce,
            self.max_priority_fee_per_gas,
            self.max_fee_per_gas,
            self.gas_limit,
            address_bytes(self.to) if self.to else b"",
            self.value,
            self.data,
            tuple((address_bytes(one), tuple(keys)) for one, keys in self.access_list),
        )


class Signer:
    """One private key. Neither repr nor errors show it."""

    def __init__(self, private_key: str) -> None:
        try:
            self._key = PrivateKey(bytes.fromhex(private_key.strip().removeprefix("0x")))
        except ValueError:
            raise ValueError("a relayer's key is 64 hexadecimal digits") from None
        self.address = checksum_address(self._key.public_key.to_canonical_address())

    def __repr__(self) -> str:
        return f"Signer({self.address})"

    def sign(self, transaction: UnsignedTransaction) -> SignedTransaction:
        fields = transaction.fields()
        digest = keccak(_TYPE + encode_rlp(fields))
        v, r, s = _BACKEND.ecdsa_sign(digest, self._key).vrs
        raw = _TYPE + encode_rlp((*fields, v, r, s))
        return SignedTransaction(raw, keccak(raw))
