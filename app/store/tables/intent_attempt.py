"""Every try of an intent at the chain."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    Uuid,
    text,
)

from app.store.tables.row import INSTANT, UNITS, Row, key, optional, required


class IntentAttempt(Row, table=True):
    __table_args__ = (
        ForeignKeyConstraint(["program_id", "intent_id"], ["intent.program_id", "intent.id"]),
        CheckConstraint("(NOT live) OR chain_transaction_id IS NOT NULL"),
        Index(
            "intent_attempt_live",
            "program_id",
            "intent_id",
            unique=True,
            postgresql_where=text("live"),
        ),
        Index("intent_attempt_transaction", "chain_transaction_id", "item_index"),
        {"postgresql_with": {"fillfactor": 70}},
    )

    program_id: int = key(BigInteger)
    intent_id: UUID = key(Uuid)
    number: int = key(Integer)
    chain_transaction_id: UUID | None = optional(Uuid, ForeignKey("chain_transaction.id"))
    item_index: int | None = optional(Integer)
    live: bool = required(Boolean)
    started_at: datetime = required(INSTANT)
    finished_at: datetime | None = optional(INSTANT)
    failure_code: str | None = optional(Text)
    failure_message: str | None = optional(Text)
    failure_retryable: bool | None = optional(Boolean)
    gas_share_wei: int | None = optional(UNITS)
