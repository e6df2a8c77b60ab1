"""Who is working."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.dialects.postgresql import ARRAY

from app.store.tables.row import INSTANT, Row, key, optional, required


class WorkerHeartbeat(Row, table=True):
    __table_args__ = (CheckConstraint("state IN ('IDLE', 'BUSY', 'STOPPING')"),)

    name: str = key(Text)
    queues: list[str] = required(ARRAY(Text))
    state: str = required(Text)
    current_job: str | None = optional(Text)
    beat_at: datetime = required(INSTANT)
