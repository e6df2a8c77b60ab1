"""Which server these tables are known on, and each return from an older state."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Index, Integer, Text, Uuid, text

from app.store.tables.row import INSTANT, Row, key, optional, required


class Instance(Row, table=True):
    __table_args__ = (CheckConstraint("one"),)

    one: bool = key(Boolean, default="true")
    system_identifier: int = required(BigInteger)
    timeline: int = required(Integer)
    noted_at: datetime = required(INSTANT)
    foreign_note_at: datetime | None = optional(INSTANT)


class Recovery(Row, table=True):
    __table_args__ = (
        CheckConstraint("length(reason) BETWEEN 1 AND 500"),
        CheckConstraint("(finished_at IS NULL) = (finished_by IS NULL)"),
        Index(
            "recovery_open",
            text("(finished_at IS NULL)"),
            unique=True,
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    id: UUID = key(Uuid)
    reason: str = required(Text)
    begun_by: str = required(Text)
    begun_at: datetime = required(INSTANT)
    state_of: datetime | None = optional(INSTANT)
    feed_epoch: int = required(Integer)
    finished_by: str | None = optional(Text)
    finished_at: datetime | None = optional(INSTANT)
