"""Where two records that must agree do not."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, Uuid, text

from app.store.tables.row import INSTANT, Row, key, optional, required


class Discrepancy(Row, table=True):
    __table_args__ = (
        CheckConstraint("severity IN ('INFO', 'WARNING', 'CRITICAL')"),
        CheckConstraint("posting_journal_id IS NULL OR resolved_at IS NOT NULL"),
        Index(
            "discrepancy_once",
            "program_id",
            "kind",
            "reference",
            unique=True,
            postgresql_where=text("resolved_at IS NULL"),
        ),
        Index(
            "discrepancy_explained_once",
            "program_id",
            "kind",
            "reference",
            unique=True,
            postgresql_where=text(
                "posting_journal_id IS NOT NULL AND reference NOT LIKE 'small:%'"
            ),
        ),
    )

    program_id: int = key(BigInteger)
    id: UUID = key(Uuid)
    run_id: UUID | None = optional(Uuid)
    kind: str = required(Text)
    severity: str = required(Text)
    entity_id: str | None = optional(Text)
    reference: str = required(Text)
    expected: str | None = optional(Text)
    actual: str | None = optional(Text)
    message: str = required(Text)
    opened_at: datetime = required(INSTANT)
    resolved_at: datetime | None = optional(INSTANT)
    resolved_by: str | None = optional(Text)
    note: str | None = optional(Text)
    posting_journal_id: int | None = optional(BigInteger)
