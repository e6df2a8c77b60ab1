"""Outgoing webhooks: endpoints, their secrets, deliveries, and each try."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Double,
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
from sqlalchemy.dialects.postgresql import ARRAY

from app.store.tables.row import INSTANT, Row, key, optional, required

_OF_ENDPOINT = (
    ("program_id", "endpoint_id"),
    (
        "webhook_endpoint.program_id",
        "webhook_endpoint.id",
    ),
)


class WebhookEndpoint(Row, table=True):
    __table_args__ = (
        CheckConstraint("length(url) BETWEEN 1 AND 2000"),
        CheckConstraint(
            "cardinality(events) > 0 AND events <@ ARRAY['INTENT', 'SETTLEMENT', 'COMMISSION', 'AFFILIATE', "
            "'PAYOUT_BATCH', 'LEDGER', 'RECONCILIATION', 'DISCREPANCY', 'PROGRAM']"
        ),
        CheckConstraint("deleted_at IS NULL OR NOT enabled"),
        Index("webhook_endpoint_enabled", "program_id", postgresql_where=text("enabled")),
    )

    program_id: int = key(BigInteger, ForeignKey("program.id"))
    id: UUID = key(Uuid)
    url: str = required(Text)
    events: list[str] = required(ARRAY(Text))
    enabled: bool = required(Boolean, default="true")
    starts_after: int = required(BigInteger)
    failing_since: datetime | None = optional(INSTANT)
    created_by: str = required(Text)
    created_at: datetime = required(INSTANT)
    deleted_at: datetime | None = optional(INSTANT)
    version: int = required(BigInteger, default="1")


class WebhookSecret(Row, table=True):
    __table_args__ = (
        ForeignKeyConstraint(*_OF_ENDPOINT),
        Index("webhook_secret_endpoint", "program_id", "endpoint_id"),
    )

    program_id: int = key(BigInteger)
    endpoint_id: UUID = required(Uuid)
    id: UUID = key(Uuid)
    sealed: bytes = required(LargeBinary)
    created_at: datetime = required(INSTANT)
    valid_until: datetime | None = optional(INSTANT)


class WebhookDelivery(Row, table=True):
    __table_args__ = (
        ForeignKeyConstraint(*_OF_ENDPOINT),
        UniqueConstraint("program_id", "endpoint_id", "event_epoch", "event_position"),
        CheckConstraint("status IN ('PENDING', 'DELIVERED', 'FAILED', 'DISABLED')"),
        CheckConstraint("tries >= 0"),
        CheckConstraint("failures >= 0"),
        CheckConstraint("lost >= 0"),
        CheckConstraint("(status = 'PENDING') = (next_attempt_at IS NOT NULL)"),
        CheckConstraint("(lease_until IS NULL) = (sending_since IS NULL)"),
        Index(
            "webhook_delivery_due",
            "program_id",
            "endpoint_id",
            "next_attempt_at",
            "event_position",
            postgresql_where=text("status = 'PENDING' AND lease_until IS NULL"),
        ),
        Index(
            "webhook_delivery_sending",
            "lease_until",
            postgresql_where=text("lease_until IS NOT NULL"),
        ),
        Index("webhook_delivery_listed", "program_id", "endpoint_id", "id"),
        Index("webhook_delivery_ended", "created_at", postgresql_where=text("status <> 'PENDING'")),
        {"postgresql_with": {"fillfactor": 80}},
    )

    program_id: int = key(BigInteger)
    id: UUID = key(Uuid)
    endpoint_id: UUID = required(Uuid)
    event_epoch: int = required(Integer)
    event_position: int = required(BigInteger)
    event_name: str = required(Text)
    body: str = required(Text)
    status: str = required(Text, default="'PENDING'")
    tries: int = required(Integer, default="0")
    failures: int = required(Integer, default="0")
    next_attempt_at: datetime | None = optional(INSTANT)
    lease_until: datetime | None = optional(INSTANT)
    sending_since: datetime | None = optional(INSTANT)
    created_at: datetime = required(INSTANT)
    lost: int = required(Integer, default="0")
    request_id: str | None = optional(Text)
    traceparent: str | None = optional(Text)


class WebhookAttempt(Row, table=True):
    __table_args__ = (
        ForeignKeyConstraint(
            ("program_id", "delivery_id"),
            ("webhook_delivery.program_id", "webhook_delivery.id"),
            ondelete="CASCADE",
        ),
        CheckConstraint("n > 0"),
    )

    program_id: int = key(BigInteger)
    delivery_id: UUID = key(Uuid)
    n: int = key(Integer)
    at: datetime = required(INSTANT)
    response_status: int | None = optional(Integer)
    error: str | None = optional(Text)
    duration_ms: float = required(Double)
