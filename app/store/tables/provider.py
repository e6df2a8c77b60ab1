"""Payment providers: what their webhooks are signed with, and what came so signed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from app.store.tables.row import (
    INSTANT,
    REQUEST_ID,
    TRACEPARENT,
    UNITS,
    Row,
    key,
    optional,
    required,
)


class ProviderSecret(Row, table=True):
    __table_args__ = (
        CheckConstraint("provider IN ('coinbase-commerce')"),
        Index(
            "provider_secret_in_use",
            "program_id",
            "provider",
            unique=True,
            postgresql_where=text("valid_until IS NULL"),
        ),
    )

    program_id: int = key(BigInteger, ForeignKey("program.id"))
    id: UUID = key(Uuid)
    provider: str = required(Text)
    sealed: bytes = required(LargeBinary)
    created_by: str = required(Text)
    created_at: datetime = required(INSTANT)
    valid_until: datetime | None = optional(INSTANT)


class ProviderEvent(Row, table=True):
    __table_args__ = (
        UniqueConstraint("program_id", "provider", "event_id"),
        ForeignKeyConstraint(["program_id", "intent_id"], ["intent.program_id", "intent.id"]),
        CheckConstraint("provider IN ('coinbase-commerce')"),
        CheckConstraint("step IN ('CREATED', 'PENDING', 'FAILED', 'LATE', 'PAID')"),
        CheckConstraint("amount > 0"),
        CheckConstraint(
            "outcome IN ('APPLIED', 'STALE', 'SETTLED', 'IGNORED', 'UNATTRIBUTED', 'MALFORMED')"
        ),
        CheckConstraint("(amount IS NULL) = (currency IS NULL)"),
        CheckConstraint("(outcome IS NULL) = (processed_at IS NULL)"),
        CheckConstraint("due_at IS NOT NULL OR processed_at IS NOT NULL"),
        CheckConstraint("asked_again_at IS NULL OR step = 'LATE'"),
        Index("provider_event_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index(
            "provider_event_intent",
            "program_id",
            "intent_id",
            postgresql_where=text("intent_id IS NOT NULL"),
        ),
        Index(
            "provider_event_charge",
            "program_id",
            "provider",
            "charge",
            postgresql_where=text("intent_id IS NOT NULL"),
        ),
        Index(
            "provider_event_settled",
            "program_id",
            "provider",
            "charge",
            unique=True,
            postgresql_where=text("outcome = 'SETTLED'"),
        ),
    )

    program_id: int = key(BigInteger, ForeignKey("program.id"))
    id: UUID = key(Uuid)
    provider: str = required(Text)
    event_id: str = required(Text(collation="C"))
    body: bytes = required(LargeBinary)
    received_at: datetime = required(INSTANT)
    due_at: datetime | None = optional(INSTANT)
    tries: int = required(Integer, default="0")
    asked_again_at: datetime | None = optional(INSTANT)
    event_type: str | None = optional(Text)
    step: str | None = optional(Text)
    charge: str | None = optional(Text(collation="C"))
    intent_id: UUID | None = optional(Uuid)
    amount: int | None = optional(UNITS)
    currency: str | None = optional(Text)
    outcome: str | None = optional(Text)
    processed_at: datetime | None = optional(INSTANT)
    request_id: str | None = optional(Text, default=REQUEST_ID)
    traceparent: str | None = optional(Text, default=TRACEPARENT)
