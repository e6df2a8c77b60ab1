"""Exports: a program's records as one download."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

LINK_LIFETIME = timedelta(seconds=60)


class ExportKind(StrEnum):
    """ExportKind of the contract."""

    INTENTS = "INTENTS"
    COMMISSIONS = "COMMISSIONS"
    AFFILIATES = "AFFILIATES"
    STATEMENT = "STATEMENT"
    ACCOUNTS = "ACCOUNTS"
    LEDGER = "LEDGER"
    PAYOUTS = "PAYOUTS"
    DISCREPANCIES = "DISCREPANCIES"
    AUDIT = "AUDIT"
    PAYOUT_BATCH = "PAYOUT_BATCH"


OWNERS_EXPORTS = frozenset({ExportKind.PAYOUT_BATCH})
"""What who owns the treasury's Safe, and reads nothing else, may export: what it signs."""


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What a link stands for. filter: checked conditions as JSON values, ids as UUIDs in text, times in RFC 3339."""

    program_id: int
    kind: ExportKind
    filter: Mapping[str, Any]
