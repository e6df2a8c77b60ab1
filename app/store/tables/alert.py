"""What operators are told, and what is shown of the platform's parts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.store.tables.row import INSTANT, UNITS, Row, key, optional, required

_SEVERITY = "severity IN ('WARNING', 'CRITICAL')"


class Alert(Row, table=True):
    __table_args__ = (
        CheckConstraint(_SEVERITY),
        CheckConstraint("resolved_at IS NULL OR opened_at IS NOT NULL"),
        Index(
            "alert_live",
            "name",
            "subject",
            unique=True,
            postgresql_where=text("resolved_at IS NULL"),
        ),
    )

    id: UUID = key(Uuid)
    name: str = required(Text)
    subject: str = required(Text)
    severity: str = required(Text)
    summary: str = required(Text)
    first_seen_at: datetime = required(INSTANT)
    last_seen_at: datetime = required(INSTANT)
    opened_at: datetime | None = optional(INSTANT)
    told_at: datetime | None = optional(INSTANT)
    resolved_at: datetime | None = optional(INSTANT)


class AlertMessage(Row, table=True):
    __table_args__ = (
        CheckConstraint("n > 0"),
        CheckConstraint("kind IN ('OPENED', 'WORSE', 'REMINDER', 'RESOLVED')"),
        CheckConstraint(_SEVERITY),
        Index("alert_message_waiting", "next_try_at", postgresql_where=text("sent_at IS NULL")),
    )

    alert_id: UUID = key(Uuid, ForeignKey("alert.id", ondelete="CASCADE"))
    n: int = key(Integer)
    kind: str = required(Text)
    severity: str = required(Text)
    summary: str = required(Text)
    at: datetime = required(INSTANT)
    next_try_at: datetime = required(INSTANT)
    tries: int = required(Integer, default="0")
    lease_until: datetime | None = optional(INSTANT)
    sent_at: datetime | None = optional(INSTANT)
    last_error: str | None = optional(Text)


class PlatformHealth(Row, table=True):
    __table_args__ = (CheckConstraint("one"),)

    one: bool = key(Boolean, default="true")
    components: list[dict[str, Any]] = required(JSONB, default="'[]'")
    queues: list[dict[str, Any]] = required(JSONB, default="'[]'")
    read_at: datetime | None = optional(INSTANT)
    looking_until: datetime | None = optional(INSTANT)


class SettlementPace(Row, table=True):
    minute: datetime = key(INSTANT)
    settled: int = required(BigInteger)
    slow: int = required(BigInteger)
    very_slow: int = required(BigInteger)


class LedgerDrift(Row, table=True):
    program_id: int = key(BigInteger)
    currency: str = key(Text)
    drift: int = required(UNITS)
    checked_at: datetime = required(INSTANT)
