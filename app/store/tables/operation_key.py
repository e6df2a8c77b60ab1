"""Idempotency keys of what is no intent: one key, one meaning, one result."""

from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary, Text

from app.store.tables.row import INSTANT, Row, key, required


class OperationKey(Row, table=True):
    program_id: int = key(BigInteger)
    idempotency_key: str = key(Text(collation="C"))
    operation: str = required(Text)
    request_hash: bytes = required(LargeBinary)
    result: str = required(Text)
    created_at: datetime = required(INSTANT)
