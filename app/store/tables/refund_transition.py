"""Every move of a refund, with its cause; append-only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Integer, Text, Uuid

from app.store.tables.row import INSTANT, Row, key, optional, required


class RefundTransition(Row, table=True):
    program_id: int = key(BigInteger)
    refund_id: UUID = key(Uuid)
    seq: int = key(Integer)
    from_status: str | None = optional(Text)
    to_status: str = required(Text)
    at: datetime = required(INSTANT)
    actor: str = required(Text)
    reason: str | None = optional(Text)
