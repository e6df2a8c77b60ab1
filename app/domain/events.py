"""Events: facts in the past tense that subscribers, rollups and webhooks read by position."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class EventType(StrEnum):
    """EventType of the contract, and AUDIT, which is sealed and never delivered."""

    INTENT = "INTENT"
    SETTLEMENT = "SETTLEMENT"
    COMMISSION = "COMMISSION"
    AFFILIATE = "AFFILIATE"
    PAYOUT_BATCH = "PAYOUT_BATCH"
    LEDGER = "LEDGER"
    RECONCILIATION = "RECONCILIATION"
    DISCREPANCY = "DISCREPANCY"
    PROGRAM = "PROGRAM"
    WEBHOOK = "WEBHOOK"
    AUDIT = "AUDIT"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event about to be written. name: past tense, dotted ("intent.confirmed"). data holds JSON values only;
    amounts as text. version: of the entity after the change, so that a reader can drop what is not newer.
    """

    type: EventType
    name: str
    entity_id: str | None
    version: int
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it was moved: position orders the events of one entity, and causes before effects."""

    position: int
    program_id: int
    type: EventType
    name: str
    entity_id: str | None
    version: int
    at: datetime
    data: dict[str, Any]
