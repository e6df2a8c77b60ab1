"""Hash chains over journals and audit rows; append-only."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, LargeBinary, Text, UniqueConstraint

from app.store.tables.row import INSTANT, Row, key, required


class Seal(Row, table=True):
    __table_args__ = (
        UniqueConstraint("program_id", "stream", "through"),
        CheckConstraint("stream IN ('JOURNAL', 'AUDIT')"),
    )

    program_id: int = key(BigInteger)
    stream: str = key(Text)
    n: int = key(BigInteger)
    through: str = required(Text)
    previous_hash: bytes = required(LargeBinary)
    hash: bytes = required(LargeBinary)
    sealed_at: datetime = required(INSTANT)
