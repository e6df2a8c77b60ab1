"""Discrepancies: where two records that must agree do not."""

from dataclasses import dataclass
from enum import StrEnum


class DiscrepancyKind(StrEnum):
    """DiscrepancyKind of the contract."""

    LEDGER_IMBALANCE = "LEDGER_IMBALANCE"
    BALANCE_DRIFT = "BALANCE_DRIFT"
    COMMISSION_MISMATCH = "COMMISSION_MISMATCH"
    SETTLEMENT_NOT_ON_CHAIN = "SETTLEMENT_NOT_ON_CHAIN"
    UNEXPLAINED_INFLOW = "UNEXPLAINED_INFLOW"
    UNEXPLAINED_OUTFLOW = "UNEXPLAINED_OUTFLOW"
    TREASURY_MISMATCH = "TREASURY_MISMATCH"
    PAYOUT_MISMATCH = "PAYOUT_MISMATCH"
    FOREST_BROKEN = "FOREST_BROKEN"
    ROLLUP_DRIFT = "ROLLUP_DRIFT"
    STUCK_WORK = "STUCK_WORK"
    NONCE_GAP = "NONCE_GAP"
    SEAL_BROKEN = "SEAL_BROKEN"
    UNATTRIBUTED_PAYMENT = "UNATTRIBUTED_PAYMENT"
    DEEP_REORGANISATION = "DEEP_REORGANISATION"
    TREASURY_CONFIGURATION = "TREASURY_CONFIGURATION"


class Severity(StrEnum):
    """CRITICAL pauses the program; only a person resumes it."""

    INFO = "INFO"
    WARNING = "WARNING"
    CRITICAL = "CRITICAL"


@dataclass(frozen=True, slots=True)
class NewDiscrepancy:
    """What was found. reference: what it is about; while it is open, the same thing is not reported again.

    entity_id: the one thing that it is about, as kind and uuid: SETTLEMENT:…, INTENT:…, SAFE_TRANSACTION:…, PAYOUT:….
    recipient: the address that an outflow went to.
    """

    kind: DiscrepancyKind
    severity: Severity
    reference: str
    message: str
    entity_id: str | None = None
    expected: str | None = None
    actual: str | None = None
    recipient: str | None = None
