"""Every relay of a Safe transaction by a lane; one in flight per Safe."""

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

from app.store.tables.row import INSTANT, Row, key, optional, required


class SafeRelay(Row, table=True):
    __table_args__ = (
        ForeignKeyConstraint(
            ["program_id", "safe_transaction_id"],
            ["safe_transaction.program_id", "safe_transaction.id"],
        ),
        CheckConstraint("live = (finished_at IS NULL)"),
        Index("safe_relay_live", "program_id", unique=True, postgresql_where=text("live")),
    )

    program_id: int = key(BigInteger)
    safe_transaction_id: UUID = key(Uuid)
    number: int = key(Integer)
    chain_transaction_id: UUID = required(Uuid, ForeignKey("chain_transaction.id"), unique=True)
    live: bool = required(Boolean)
    started_at: datetime = required(INSTANT)
    finished_at: datetime | None = optional(INSTANT)
    failure: str | None = optional(Text)
