"""Downloads that are good once, stored by the hash of their token."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from app.store.tables.row import INSTANT, Row, key, optional, required


class ExportLink(Row, table=True):
    __table_args__ = (
        CheckConstraint(
            "kind IN ('INTENTS', 'COMMISSIONS', 'AFFILIATES', 'STATEMENT', 'ACCOUNTS', 'LEDGER', 'PAYOUTS', 'DISCREPANCIES', "
            "'AUDIT', 'PAYOUT_BATCH')"
        ),
    )

    program_id: int = key(BigInteger, ForeignKey("program.id"))
    id: UUID = key(Uuid)
    token_hash: bytes = required(LargeBinary, unique=True)
    kind: str = required(Text)
    filter: Any = required(JSONB)
    created_by: str = required(Text)
    created_at: datetime = required(INSTANT)
    expires_at: datetime = required(INSTANT)
    used_at: datetime | None = optional(INSTANT)
