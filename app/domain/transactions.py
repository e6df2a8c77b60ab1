"""One nonce of a lane and its signed copies, as values."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

# Nodes drop what waits for long; the same bytes go out again.
SEND_AGAIN_AFTER = timedelta(seconds=15)
# Then a copy that offers more is signed.
BUMP_AFTER = timedelta(seconds=45)


class Purpose(StrEnum):
    """What a chain transaction is for. FILL closes a gap of nonces."""

    SETTLE = "SETTLE"
    SETTLE_REROUTED = "SETTLE_REROUTED"
    FILL = "FILL"
    SAFE_EXECUTION = "SAFE_EXECUTION"


class CopyKind(StrEnum):
    """Only a PAYLOAD copy settles items; a CANCEL copy uses the nonce up with a payment of nothing to oneself."""

    PAYLOAD = "PAYLOAD"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Fees:
    """What a copy offers (EIP-1559): wei for one unit of gas."""

    max_fee: int
    tip: int


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """What is stored and sent, and the hash it will have on chain."""

    raw: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class NewTransaction:
    """A nonce's first content."""

    id: UUID
    lane_id: UUID
    chain_id: int
    nonce: int
    purpose: Purpose
    sender: str
    to: str
    data: bytes
    gas_limit: int
    payload_hash: bytes


@dataclass(frozen=True, slots=True)
class SignedCopy:
    """Signed bytes of a chain transaction. head: the newest block when they were signed."""

    chain_transaction_id: UUID
    n: int
    kind: CopyKind
    signed: SignedTransaction
    fees: Fees
    head: int

    @property
    def names(self) -> dict[str, str]:
        """What lines call it: by its hash, as the chain does, and by the row that all copies of its nonce share."""
        hash_ = f"0x{self.signed.hash.hex()}"
        return {"transaction": hash_, "chain_transaction": str(self.chain_transaction_id)}


@dataclass(frozen=True, slots=True)
class OpenTransaction:
    """A nonce that no block has yet, as far as we saw, with its newest copy. sent_at: when a node last took it.

    given_up: it relays a Safe transaction that is not to be executed any more.
    """

    id: UUID
    chain_id: int
    nonce: int
    purpose: Purpose
    to: str
    data: bytes
    gas_limit: int
    sent_at: datetime | None
    signed_at: datetime
    copy: SignedCopy
    given_up: bool = False

    @property
    def unwanted(self) -> bool:
        """Whether its newest copy is not to be sent any more."""
        return self.given_up and self.copy.kind is CopyKind.PAYLOAD


@dataclass(frozen=True, slots=True)
class Sent:
    """One send of a copy. error: what the node said, None when it has the bytes now."""

    chain_transaction_id: UUID
    copy: int
    error: str | None
