"""Up to which event each consumer has applied, and who holds it."""

from datetime import datetime

from sqlalchemy import BigInteger, Text

from app.store.tables.row import INSTANT, Row, key, optional, required


class ConsumerPosition(Row, table=True):
    consumer: str = key(Text)
    position: int = required(BigInteger, default="0")
    lease_until: datetime | None = optional(INSTANT)
    leased_by: str | None = optional(Text)
    fence: int = required(BigInteger, default="0")
