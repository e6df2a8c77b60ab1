"""Who changed what and why; append-only and sealed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from app.store.tables.row import INSTANT, Row, key, optional, required


class Audit(Row, table=True):
    program_id: int = key(BigInteger)
    id: UUID = key(Uuid)
    at: datetime = required(INSTANT)
    actor: str = required(Text)
    action: str = required(Text)
    target_id: str | None = optional(Text)
    before: Any | None = optional(JSONB)
    after: Any | None = optional(JSONB)
    reason: str | None = optional(Text)
    request_id: str | None = optional(Text)
