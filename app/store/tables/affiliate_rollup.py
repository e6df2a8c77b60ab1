"""What each affiliate has below it, by level and month; applied from events."""

from sqlalchemy import BigInteger, Integer, PrimaryKeyConstraint, Text

from app.store.tables.row import UNITS, Row, required


class AffiliateRollup(Row, table=True):
    __table_args__ = (
        PrimaryKeyConstraint("program_id", "affiliate_id", "currency", "month", "level"),
        {"postgresql_with": {"fillfactor": 70}},
    )

    program_id: int = required(BigInteger)
    affiliate_id: int = required(BigInteger)
    currency: str = required(Text)
    level: int = required(Integer)
    month: str = required(Text)
    members: int = required(BigInteger, default="0")
    users: int = required(BigInteger, default="0")
    volume: int = required(UNITS, default="0")
    earned: int = required(UNITS, default="0")
