"""Events: written to the outbox, moved once, read by position."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Identity,
    Index,
    Integer,
    Sequence,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.store.tables.row import (
    INSTANT,
    METADATA,
    REQUEST_ID,
    TRACEPARENT,
    Row,
    key,
    optional,
    required,
)

OUTBOX_ID = Sequence("event_outbox_id_seq", data_type=BigInteger, cache=1, metadata=METADATA)


class EventOutbox(Row, table=True):
    id: int = key(BigInteger, default="nextval('event_outbox_id_seq')")
    program_id: int = required(BigInteger)
    type: str = required(Text)
    name: str = required(Text)
    entity_id: str | None = optional(Text)
    version: int = required(BigInteger)
    data: Any = required(JSONB)
    at: datetime = required(INSTANT)
    request_id: str | None = optional(Text, default=REQUEST_ID)
    traceparent: str | None = optional(Text, default=TRACEPARENT)


class Event(Row, table=True):
    __table_args__ = (
        Index("event_at", "at"),
        Index("event_program", "program_id", "position"),
    )

    position: int = key(BigInteger, Identity(always=True))
    program_id: int = required(BigInteger)
    type: str = required(Text)
    name: str = required(Text)
    entity_id: str | None = optional(Text)
    version: int = required(BigInteger)
    data: Any = required(JSONB)
    at: datetime = required(INSTANT)
    request_id: str | None = optional(Text)
    traceparent: str | None = optional(Text)


class EventFeed(Row, table=True):
    __table_args__ = (CheckConstraint("one"),)

    one: bool = key(Boolean, default="true")
    epoch: int = required(Integer, default="1")
    kept_from: int = required(BigInteger, default="0")
    low_water: int = required(BigInteger, default="0")
    next_low_water: int = required(BigInteger, default="0")
    next_horizon: int = required(BigInteger, default="0")
    scanned_at: datetime = required(INSTANT, default="'-infinity'")
