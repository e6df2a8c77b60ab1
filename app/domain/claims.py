"""What a worker holds of an intent while it prepares it for the chain."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ClaimedIntent:
    """A PROCESSING intent under lease, with everything that its chain item needs.

    version: of the state that the lease made. tries: at the chain, since a person or a new signature gave it another
    chance. key: the stored idempotency key, hidden prefix included.
    amount: minor units; 0 for a registration without a fee, which has no token and no signature.
    rerouted: its wallet has code, so it settles among contract wallets.
    """

    program_id: int
    program_public_id: UUID
    intent_id: UUID
    version: int
    tries: int
    kind: str
    key: str
    wallet: str
    treasury: str
    token: str | None
    amount: int
    valid_after: int
    valid_before: int
    signature: bytes
    rerouted: bool
