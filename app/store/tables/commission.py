"""What one affiliate earns from one settlement at one level."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    Uuid,
    text,
)

from app.store.tables.row import INSTANT, UNITS, Row, key, optional, required


class Commission(Row, table=True):
    __table_args__ = (
        ForeignKeyConstraint(
            ["program_id", "settlement_id"], ["settlement.program_id", "settlement.id"]
        ),
        ForeignKeyConstraint(
            ["program_id", "affiliate_id"], ["affiliate.program_id", "affiliate.id"]
        ),
        ForeignKeyConstraint(
            ["program_id", "claws_back"], ["commission.program_id", "commission.id"]
        ),
        ForeignKeyConstraint(["program_id", "reversal_id"], ["reversal.program_id", "reversal.id"]),
        CheckConstraint("level > 0"),
        CheckConstraint("amount <> 0"),
        CheckConstraint("status IN ('ACCRUED', 'PAYABLE', 'PENDING_APPROVAL', 'PAID', 'REVERSED')"),
        CheckConstraint("(amount < 0) = (claws_back IS NOT NULL)"),
        CheckConstraint("(status = 'PAID') = (paid_at IS NOT NULL)"),
        CheckConstraint("reversal_id IS NULL OR claws_back IS NOT NULL"),
        Index("commission_affiliate", "program_id", "affiliate_id", "id"),
        Index("commission_status", "program_id", "status", "id"),
        Index("commission_accrued", "program_id", "accrued_at"),
        Index("commission_affiliate_status", "program_id", "affiliate_id", "status", "id"),
        Index(
            "commission_taken",
            "program_id",
            "settlement_id",
            postgresql_where=text("amount < 0"),
        ),
        Index(
            "commission_due",
            "program_id",
            "payable_at",
            postgresql_where=text("status = 'ACCRUED'"),
        ),
        Index(
            "commission_clawback",
            "program_id",
            "claws_back",
            postgresql_where=text("claws_back IS NOT NULL"),
        ),
        Index(
            "commission_payable",
            "program_id",
            "currency",
            "affiliate_id",
            postgresql_where=text("status = 'PAYABLE'"),
        ),
        Index(
            "commission_once",
            "program_id",
            "settlement_id",
            "level",
            unique=True,
            postgresql_where=text("amount > 0"),
        ),
        {"postgresql_with": {"fillfactor": 80}},
    )

    program_id: int = key(BigInteger)
    id: UUID = key(Uuid)
    settlement_id: UUID = required(Uuid)
    affiliate_id: int = required(BigInteger)
    level: int = required(Integer)
    rate_bps: int = required(Integer)
    terms_version: int = required(Integer)
    base: int = required(UNITS)
    amount: int = required(UNITS)
    currency: str = required(Text)
    status: str = required(Text)
    claws_back: UUID | None = optional(Uuid)
    reversal_id: UUID | None = optional(Uuid)
    accrued_at: datetime = required(INSTANT)
    payable_at: datetime = required(INSTANT)
    paid_at: datetime | None = optional(INSTANT)
