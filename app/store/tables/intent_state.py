"""Where each intent is, what is left to do about it, and every change it made."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    Uuid,
    text,
)

from app.store.tables.row import INSTANT, REQUEST_ID, Row, key, optional, required


class IntentState(Row, table=True):
    __table_args__ = (
        ForeignKeyConstraint(["program_id", "intent_id"], ["intent.program_id", "intent.id"]),
        CheckConstraint("status IN ('PENDING', 'PROCESSING', 'CONFIRMED', 'FAILED')"),
        CheckConstraint("stage IN ('QUEUED', 'SIGNED', 'BROADCAST', 'MINED', 'FINAL')"),
        CheckConstraint("(status = 'FAILED') = (failure_code IS NOT NULL)"),
        CheckConstraint("(failure_code IS NULL) = (failure_retryable IS NULL)"),
        CheckConstraint("(status IN ('CONFIRMED', 'FAILED')) = (completed_at IS NOT NULL)"),
        CheckConstraint("(status <> 'CONFIRMED') OR (stage = 'FINAL')"),
        Index(
            "intent_state_open",
            "program_id",
            "status",
            "intent_id",
            postgresql_where=text("status <> 'CONFIRMED'"),
        ),
        {"postgresql_with": {"fillfactor": 70}},
    )

    program_id: int = key(BigInteger)
    intent_id: UUID = key(Uuid)
    status: str = required(Text)
    stage: str = required(Text)
    version: int = required(BigInteger, default="1")
    authorization_n: int | None = optional(Integer)
    rerouted: bool = required(Boolean, default="false")
    attempts: int = required(Integer, default="0")
    forgiven: int = required(Integer, default="0")
    lease_until: datetime | None = optional(INSTANT)
    leased_by: str | None = optional(Text)
    chain_transaction_id: UUID | None = optional(Uuid)
    mined_block: int | None = optional(BigInteger)
    failure_code: str | None = optional(Text)
    failure_message: str | None = optional(Text)
    failure_retryable: bool | None = optional(Boolean)
    updated_at: datetime = required(INSTANT)
    completed_at: datetime | None = optional(INSTANT)
    stage_since: datetime | None = optional(INSTANT)


class IntentTodo(Row, table=True):
    __table_args__ = (
        Index(
            "intent_todo_due",
            "chain_id",
            "program_id",
            "rerouted",
            "due_at",
            postgresql_where=text("lease_until IS NULL"),
        ),
        Index(
            "intent_todo_leased", "lease_until", postgresql_where=text("lease_until IS NOT NULL")
        ),
        Index("intent_todo_expiry", "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
        {"postgresql_with": {"fillfactor": 70}},
    )

    program_id: int = key(BigInteger)
    intent_id: UUID = key(Uuid)
    chain_id: int = required(BigInteger)
    rerouted: bool = required(Boolean, default="false")
    due_at: datetime = required(INSTANT)
    lease_until: datetime | None = optional(INSTANT)
    expires_at: datetime | None = optional(INSTANT)


class IntentTransition(Row, table=True):
    __table_args__ = (
        Index(
            "intent_confirmed",
            "program_id",
            "at",
            postgresql_where=text("to_status = 'CONFIRMED' AND from_status <> 'CONFIRMED'"),
        ),
    )

    program_id: int = key(BigInteger)
    intent_id: UUID = key(Uuid)
    seq: int = key(BigInteger)
    from_status: str | None = optional(Text)
    to_status: str = required(Text)
    stage: str = required(Text)
    at: datetime = required(INSTANT)
    actor: str = required(Text)
    reason: str | None = optional(Text)
    request_id: str | None = optional(Text, default=REQUEST_ID)
