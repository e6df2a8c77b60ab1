"""What both wallets of an affiliate sign when it changes its wallet: EIP-712 typed data."""

from dataclasses import dataclass
from typing import Any

from eth_hash.auto import keccak

from app.chain.abi_words import WORD, address_word
from app.chain.authorization import TokenDomain

_NAME, _VERSION = "SGE", "1"
_DOMAIN_FIELDS = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)
_FIELDS = (
    ("program", "string"),
    ("affiliate", "string"),
    ("oldWallet", "address"),
    ("newWallet", "address"),
    ("nonce", "uint256"),
    ("deadline", "uint256"),
)
_TYPE_HASH = keccak(
    f"WalletChange({','.join(f'{kind} {name}' for name, kind in _FIELDS)})".encode()
)


@dataclass(frozen=True, slots=True)
class WalletChange:
    """program: its slug; affiliate: its referral code, so that who signs can read both; neither ever changes.

    nonce: the number of this change among the affiliate's, so that a signature works once. deadline: in Unix seconds.
    """

    chain_id: int
    gateway: str
    program: str
    affiliate: str
    old_wallet: str
    new_wallet: str
    nonce: int
    deadline: int


def wallet_change_digest(change: WalletChange) -> bytes:
    """The 32 bytes that both wallets sign (EIP-712)."""
    domain = TokenDomain(_NAME, _VERSION, change.chain_id, change.gateway).separator()
    struct_hash = keccak(
        b"".join(
            (
                _TYPE_HASH,
                keccak(change.program.encode()),
                keccak(change.affiliate.encode()),
                address_word(change.old_wallet),
                address_word(change.new_wallet),
                change.nonce.to_bytes(WORD),
                change.deadline.to_bytes(WORD),
            )
        )
    )
    return keccak(b"\x19\x01" + domain + struct_hash)


def wallet_change_typed_data(change: WalletChange) -> dict[str, Any]:
    """The JSON for a wallet's eth_signTypedData_v4; integers as text, as JavaScript needs."""
    return {
        "types": {"EIP712Domain": _as_json(_DOMAIN_FIELDS), "WalletChange": _as_json(_FIELDS)},
        "primaryType": "WalletChange",
        "domain": {
            "name": _NAME,
            "version": _VERSION,
            "chainId": change.chain_id,
            "verifyingContract": change.gateway,
        },
        "message": {
            "program": change.program,
            "affiliate": change.affiliate,
            "oldWallet": change.old_wallet,
            "newWallet": change.new_wallet,
            "nonce": str(change.nonce),
            "deadline": str(change.deadline),
        },
    }


def _as_json(fields: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in fields]
