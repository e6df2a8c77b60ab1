"""Rollups of a program by minute, hour and day, from when on the minutes are kept, and its live counters; applied from events."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Text
from sqlalchemy.dialects.postgresql import ARRAY

from app.store.tables.row import INSTANT, UNITS, Row, key, required


class ProgramSeries(Row, table=True):
    __table_args__ = (
        CheckConstraint("bucket IN ('MINUTE', 'HOUR', 'DAY')"),
        {"postgresql_with": {"fillfactor": 70}},
    )

    program_id: int = key(BigInteger)
    bucket: str = key(Text)
    at: datetime = key(INSTANT)
    pending: int = required(BigInteger, default="0")
    processing: int = required(BigInteger, default="0")
    confirmed: int = required(BigInteger, default="0")
    failed: int = required(BigInteger, default="0")
    latency: list[int] = required(ARRAY(BigInteger), default="array_fill(0::bigint, ARRAY[64])")


class ProgramSeriesAmount(Row, table=True):
    __table_args__ = ({"postgresql_with": {"fillfactor": 70}},)

    program_id: int = key(BigInteger)
    bucket: str = key(Text)
    at: datetime = key(INSTANT)
    currency: str = key(Text)
    volume: int = required(UNITS, default="0")
    commissions: int = required(UNITS, default="0")


class MinuteSeries(Row, table=True):
    program_id: int = key(BigInteger)
    kept_from: datetime = required(INSTANT)


class ProgramCounter(Row, table=True):
    __table_args__ = ({"postgresql_with": {"fillfactor": 50}},)

    program_id: int = key(BigInteger)
    name: str = key(Text)
    value: int = required(BigInteger, default="0")
