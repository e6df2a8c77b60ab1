"""What is taken back of a settlement, and what its payer is owed for it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from app.store.tables.row import INSTANT, UNITS, Row, key, optional, required


class Reversal(Row, table=True):
    __table_args__ = (
        ForeignKeyConstraint(
            ["program_id", "settlement_id"], ["settlement.program_id", "settlement.id"]
        ),
        ForeignKeyConstraint(["program_id", "journal_id"], ["journal.program_id", "journal.id"]),
        CheckConstraint("amount > 0"),
        CheckConstraint("taken_before >= 0"),
        UniqueConstraint("program_id", "settlement_id", "taken_before"),
    )

    program_id: int = key(BigInteger, ForeignKey("program.id"))
    id: UUID = key(Uuid)
    settlement_id: UUID = required(Uuid)
    amount: int = required(UNITS)
    taken_before: int = required(UNITS)
    currency: str = required(Text)
    reason: str = required(Text)
    actor: str = required(Text)
    journal_id: int = required(BigInteger)
    at: datetime = required(INSTANT)


class Refund(Row, table=True):
    __table_args__ = (
        ForeignKeyConstraint(["program_id", "id"], ["reversal.program_id", "reversal.id"]),
        ForeignKeyConstraint(
            ["program_id", "user_id"], ["program_user.program_id", "program_user.id"]
        ),
        CheckConstraint("amount > 0"),
        CheckConstraint("status IN ('OWED', 'PENDING_APPROVAL', 'PAID')"),
        CheckConstraint("(status = 'PAID') = (paid_at IS NOT NULL)"),
        Index(
            "refund_open",
            "program_id",
            "currency",
            "id",
            postgresql_where=text("status <> 'PAID'"),
        ),
    )

    program_id: int = key(BigInteger)
    id: UUID = key(Uuid)
    user_id: int = required(BigInteger)
    amount: int = required(UNITS)
    currency: str = required(Text)
    status: str = required(Text, default="'OWED'")
    paid_at: datetime | None = optional(INSTANT)
