"""One recipient's part of a Safe transaction, and what it pays."""

from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from app.store.tables.row import EVM_ADDRESS, UNITS, Row, key, optional, required


class Payout(Row, table=True):
    __table_args__ = (
        UniqueConstraint("program_id", "safe_transaction_id", "place"),
        ForeignKeyConstraint(
            ["program_id", "safe_transaction_id"],
            ["safe_transaction.program_id", "safe_transaction.id"],
        ),
        ForeignKeyConstraint(
            ["program_id", "affiliate_id"], ["affiliate.program_id", "affiliate.id"]
        ),
        ForeignKeyConstraint(
            ["program_id", "user_id"], ["program_user.program_id", "program_user.id"]
        ),
        ForeignKeyConstraint(
            ["program_id", "withdrawal_id"], ["withdrawal.program_id", "withdrawal.id"]
        ),
        CheckConstraint("place >= 0"),
        CheckConstraint("purpose IN ('COMMISSION', 'REFUND', 'WITHDRAWAL')"),
        CheckConstraint("amount > 0"),
        CheckConstraint("(purpose = 'COMMISSION') = (affiliate_id IS NOT NULL)"),
        CheckConstraint("(purpose = 'REFUND') = (user_id IS NOT NULL)"),
        CheckConstraint("(purpose = 'WITHDRAWAL') = (withdrawal_id IS NOT NULL)"),
        Index(
            "payout_affiliate",
            "program_id",
            "affiliate_id",
            "id",
            postgresql_where=text("affiliate_id IS NOT NULL"),
        ),
    )

    program_id: int = key(BigInteger)
    id: UUID = key(Uuid)
    safe_transaction_id: UUID = required(Uuid)
    place: int = required(Integer)
    purpose: str = required(Text)
    affiliate_id: int | None = optional(BigInteger)
    user_id: int | None = optional(BigInteger)
    withdrawal_id: UUID | None = optional(Uuid)
    destination: str = required(EVM_ADDRESS)
    amount: int = required(UNITS)
    log_index: int | None = optional(Integer)


class PayoutLine(Row, table=True):
    __table_args__ = (
        ForeignKeyConstraint(["program_id", "payout_id"], ["payout.program_id", "payout.id"]),
        ForeignKeyConstraint(
            ["program_id", "safe_transaction_id"],
            ["safe_transaction.program_id", "safe_transaction.id"],
        ),
        CheckConstraint("amount <> 0"),
        Index("payout_line_line", "program_id", "line_id"),
        Index("payout_line_payout", "program_id", "payout_id"),
        Index("payout_line_in_order", "program_id", "payout_id", "line_id"),
    )

    program_id: int = key(BigInteger)
    safe_transaction_id: UUID = key(Uuid)
    line_id: UUID = key(Uuid)
    payout_id: UUID = required(Uuid)
    amount: int = required(UNITS)
