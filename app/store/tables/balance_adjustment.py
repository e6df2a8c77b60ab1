"""Balances of terminated affiliates, forfeited or written off by two persons."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Text,
    Uuid,
    text,
)

from app.store.tables.row import INSTANT, UNITS, Row, key, optional, required


class BalanceAdjustment(Row, table=True):
    __table_args__ = (
        ForeignKeyConstraint(
            ["program_id", "affiliate_id"], ["affiliate.program_id", "affiliate.id"]
        ),
        ForeignKeyConstraint(["program_id", "journal_id"], ["journal.program_id", "journal.id"]),
        CheckConstraint("amount <> 0"),
        CheckConstraint(
            "(approved_by IS NULL) = (approved_at IS NULL) AND (approved_by IS NULL) = (journal_id IS NULL)"
        ),
        CheckConstraint("approved_by <> proposed_by"),
        Index(
            "balance_adjustment_open",
            "program_id",
            "affiliate_id",
            "currency",
            "amount",
            unique=True,
            postgresql_where=text("approved_by IS NULL"),
        ),
    )

    program_id: int = key(BigInteger)
    id: UUID = key(Uuid)
    affiliate_id: int = required(BigInteger)
    currency: str = required(Text)
    amount: int = required(UNITS)
    reason: str = required(Text)
    proposed_by: str = required(Text)
    proposed_at: datetime = required(INSTANT)
    approved_by: str | None = optional(Text)
    approved_at: datetime | None = optional(INSTANT)
    journal_id: int | None = optional(BigInteger)
