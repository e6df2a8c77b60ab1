"""Items for the gateway, signed as wallets sign them."""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any
from uuid import UUID

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_hash.auto import keccak
from eth_typing import Hash32

from app.chain.address import ZERO_ADDRESS
from app.chain.authorization import (
    Authorization,
    TokenDomain,
    authorization_digest,
    authorization_nonce,
    intent_chain_id,
    key_hash,
    program_word,
)

PROGRAM = program_word(UUID("018f2c1e-0000-7000-8000-000000000001"))
OTHER_PROGRAM = program_word(UUID("018f2c1e-0000-7000-8000-000000000002"))
FAR_FUTURE = 2**40
USDC = 10**6


class ChainKind(IntEnum):
    """The gateway's own numbers (contracts/src/SettlementItems.sol)."""

    REGISTRATION = 1
    PAYMENT = 2


def wallet(number: int) -> LocalAccount:
    """The key of the test wallet with that number."""
    account: LocalAccount = Account.from_key(keccak(f"wallet {number}".encode()))
    return account


@dataclass(frozen=True)
class Facts:
    """One item of the gateway, field by field (contracts/src/SettlementItems.sol)."""

    wallet: str
    treasury: str
    token: str
    gateway: str
    domain: TokenDomain
    key: str
    kind: int = ChainKind.PAYMENT
    amount: int = 10 * USDC
    program: bytes = PROGRAM
    valid_after: int = 0
    valid_before: int = FAR_FUTURE

    @property
    def intent_id(self) -> bytes:
        return intent_chain_id(self.program, key_hash(self.key))

    @property
    def nonce(self) -> bytes:
        kind = ChainKind(self.kind)
        return authorization_nonce(self.program, self.treasury, kind, key_hash(self.key))

    def authorization(self) -> Authorization:
        return Authorization(
            wallet=self.wallet,
            gateway=self.gateway,
            amount=self.amount,
            valid_after=self.valid_after,
            valid_before=self.valid_before,
            nonce=self.nonce,
        )

    def digest(self) -> bytes:
        return authorization_digest(self.domain.separator(), self.authorization())

    def item(self) -> tuple[Any, ...]:
        """The item as the ABI wants it."""
        return (
            self.program,
            self.treasury,
            int(self.kind),
            key_hash(self.key),
            self.wallet,
            self.token if self.amount else ZERO_ADDRESS,
            self.amount,
            self.valid_after,
            self.valid_before,
        )

    def signed_by(self, account: LocalAccount) -> tuple[Any, ...]:
        """A SignedItem: these facts and that key's signature over them."""
        if self.amount == 0:
            return (self.item(), 0, bytes(32), bytes(32))
        signature = account.unsafe_sign_hash(Hash32(self.digest()))
        return (
            self.item(),
            signature.v,
            signature.r.to_bytes(32, "big"),
            signature.s.to_bytes(32, "big"),
        )

    def contract_signed_by(self, account: LocalAccount) -> tuple[Any, ...]:
        """A ContractWalletItem: the signature as bytes, for the wallet's code to judge."""
        if self.amount == 0:
            return (self.item(), b"")
        return (self.item(), bytes(account.unsafe_sign_hash(Hash32(self.digest())).signature))


def unlike(signed: tuple[Any, ...], facts: Facts, **changed: Any) -> tuple[Any, ...]:
    """The signature over `facts` on an item that differs: what a dishonest relayer would send."""
    return (replace(facts, **changed).item(), *signed[1:])
