"""Terms: versions of what decides who pays and earns, never edited."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY

from app.store.tables.row import INSTANT, UNITS, Row, key, optional, required


class Terms(Row, table=True):
    __table_args__ = (
        CheckConstraint("version > 0"),
        CheckConstraint("registration_fee_amount > 0"),
        CheckConstraint("minimum_payment_amount > 0"),
        CheckConstraint("maximum_payment_amount > 0"),
        CheckConstraint("platform_fee_bps BETWEEN 0 AND 10000"),
        CheckConstraint("holding_period_days BETWEEN 0 AND 3650"),
        CheckConstraint("minimum_payout_amount > 0"),
    )

    program_id: int = key(BigInteger, ForeignKey("program.id"))
    version: int = key(Integer)
    effective_from: datetime = required(INSTANT)
    registration_fee_amount: int | None = optional(UNITS)
    registration_fee_currency: str | None = optional(Text)
    minimum_payment_amount: int | None = optional(UNITS)
    minimum_payment_currency: str | None = optional(Text)
    maximum_payment_amount: int | None = optional(UNITS)
    maximum_payment_currency: str | None = optional(Text)
    platform_fee_bps: int = required(Integer)
    commission_levels_bps: list[int] = required(ARRAY(Integer))
    registration_earns_commission: bool = required(Boolean)
    holding_period_days: int = required(Integer)
    minimum_payout_amount: int | None = optional(UNITS)
    minimum_payout_currency: str | None = optional(Text)
    created_by: str = required(Text)
    created_at: datetime = required(INSTANT)
