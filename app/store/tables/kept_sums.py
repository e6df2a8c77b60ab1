"""Sums that the database keeps in the transaction of what they sum (81_sums.sql)."""

from datetime import datetime

from sqlalchemy import BigInteger, PrimaryKeyConstraint, Text

from app.store.tables.row import INSTANT, UNITS, Row, required


class AccountSum(Row, table=True):
    __table_args__ = (
        PrimaryKeyConstraint("program_id", "currency", "kind"),
        {"postgresql_with": {"fillfactor": 50}},
    )

    program_id: int = required(BigInteger)
    currency: str = required(Text)
    kind: str = required(Text)
    balance: int = required(UNITS)
    above_zero: int = required(UNITS)


class PayableSum(Row, table=True):
    __table_args__ = (
        PrimaryKeyConstraint("program_id", "currency", "day"),
        {"postgresql_with": {"fillfactor": 50}},
    )

    program_id: int = required(BigInteger)
    currency: str = required(Text)
    day: datetime = required(INSTANT)
    amount: int = required(UNITS)


class EarnedSum(Row, table=True):
    __table_args__ = (
        PrimaryKeyConstraint("program_id", "affiliate_id", "currency"),
        {"postgresql_with": {"fillfactor": 70}},
    )

    program_id: int = required(BigInteger)
    affiliate_id: int = required(BigInteger)
    currency: str = required(Text)
    payable: int = required(UNITS)
    pending_approval: int = required(UNITS)
    paid: int = required(UNITS)
    reversed: int = required(UNITS)
