"""Messages that logged somebody in, each good once."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text

from app.store.tables.row import INSTANT, Row, key, required


class LoginNonce(Row, table=True):
    __table_args__ = (
        CheckConstraint("nonce ~ '^[0-9a-zA-Z]{8,128}$'"),
        Index("login_nonce_expires_at", "expires_at"),
    )

    nonce: str = key(Text(collation="C"))
    expires_at: datetime = required(INSTANT)
