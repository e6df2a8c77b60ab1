"""API keys, stored as hashes. program_id 0 is the platform."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from app.store.tables.row import INSTANT, Row, key, optional, required


class ApiKey(Row, table=True):
    __table_args__ = (
        CheckConstraint("length(name) BETWEEN 1 AND 100"),
        CheckConstraint("cardinality(scopes) > 0"),
        ForeignKeyConstraint(["program_id", "replaces"], ["api_key.program_id", "api_key.id"]),
    )

    program_id: int = key(BigInteger)
    id: UUID = key(Uuid)
    name: str = required(Text)
    prefix: str = required(Text)
    secret_hash: bytes = required(LargeBinary, unique=True)
    scopes: list[str] = required(ARRAY(Text))
    created_by: str = required(Text)
    created_at: datetime = required(INSTANT)
    last_used_at: datetime | None = optional(INSTANT)
    expires_at: datetime | None = optional(INSTANT)
    revoked_at: datetime | None = optional(INSTANT)
    replaces: UUID | None = optional(Uuid)
