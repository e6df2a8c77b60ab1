"""The proof that an intent happened."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.store.tables.row import INSTANT, UNITS, Row, key, optional, required


class Settlement(Row, table=True):
    __table_args__ = (
        ForeignKeyConstraint(["program_id", "intent_id"], ["intent.program_id", "intent.id"]),
        ForeignKeyConstraint(["program_id", "journal_id"], ["journal.program_id", "journal.id"]),
        CheckConstraint("(amount IS NULL) = (currency IS NULL)"),
        ForeignKeyConstraint(
            ["program_id", "provider_event_id"], ["provider_event.program_id", "provider_event.id"]
        ),
        CheckConstraint("(amount IS NULL) = (journal_id IS NULL)"),
        CheckConstraint(
            "provider_event_id IS NULL OR (amount IS NOT NULL AND chain_id IS NULL AND undone_at IS NULL)"
        ),
        Index(
            "settlement_intent",
            "program_id",
            "intent_id",
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
        ),
        Index("settlement_transaction", "program_id", "tx_hash"),
        Index("settlement_log", "chain_id", "block_hash", "log_index", unique=True),
        Index(
            "settlement_block",
            "program_id",
            "block_number",
            postgresql_where=text("block_number IS NOT NULL"),
        ),
        Index(
            "settlement_undone",
            "program_id",
            "intent_id",
            postgresql_where=text("undone_at IS NOT NULL"),
        ),
        Index(
            "settlement_provider_event",
            "program_id",
            "provider_event_id",
            unique=True,
            postgresql_where=text("provider_event_id IS NOT NULL"),
        ),
    )

    program_id: int = key(BigInteger)
    id: UUID = key(Uuid)
    intent_id: UUID = required(Uuid)
    chain_id: int | None = optional(BigInteger)
    chain_transaction_id: UUID | None = optional(Uuid)
    tx_hash: bytes | None = optional(LargeBinary)
    block_number: int | None = optional(BigInteger)
    block_hash: bytes | None = optional(LargeBinary)
    log_index: int | None = optional(Integer)
    amount: int | None = optional(UNITS)
    currency: str | None = optional(Text)
    journal_id: int | None = optional(BigInteger)
    skipped: Any = required(JSONB, default="'[]'")
    confirmed_at: datetime = required(INSTANT)
    undone_at: datetime | None = optional(INSTANT)
    gas_share_wei: int | None = optional(UNITS)
    provider_event_id: UUID | None = optional(Uuid)
