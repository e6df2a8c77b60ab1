"""What clients ask the intake for, and what it answers."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.domain.amounts import AmountText
from app.domain.warnings import AcceptanceWarning


@dataclass(frozen=True, slots=True)
class AcceptedIntent:
    """The intent that the key stands for."""

    intent_id: UUID
    replayed: bool
    warnings: tuple[AcceptanceWarning, ...]


@dataclass(frozen=True, slots=True)
class AskPaymentAuthorization:
    """kind: as the contract names it. wallet: checksummed."""

    program_id: int
    kind: str
    wallet: str
    amount: AmountText
    idempotency_key: str
    valid_for_seconds: int = 3600


@dataclass(frozen=True, slots=True)
class PaymentAuthorization:
    """What a wallet signs with eth_signTypedData_v4; valid_after and valid_before in seconds."""

    typed_data: dict[str, Any]
    valid_after: int
    valid_before: int
    nonce: bytes
