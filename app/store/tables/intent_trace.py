"""Which trace an intent belongs to, where traces are collected."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Text, Uuid

from app.store.tables.row import Row, key, required


class IntentTrace(Row, table=True):
    __table_args__ = (
        CheckConstraint("length(traceparent) = 55"),
        ForeignKeyConstraint(["program_id", "intent_id"], ["intent.program_id", "intent.id"]),
    )

    program_id: int = key(BigInteger)
    intent_id: UUID = key(Uuid)
    traceparent: str = required(Text)
