"""What all table classes share: names, column shorthands, and types that PostgreSQL knows and SQLAlchemy does not.

The classes describe what migrations/sql makes, so that `alembic check` and a test find where code and database part.
They are never queried through: at run time all SQL is written out, in app/store.
"""

import re
from typing import Any, ClassVar

from sqlalchemy import Column, DateTime, Identity, MetaData, Numeric, Text, text
from sqlalchemy.dialects.postgresql import DOMAIN
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

METADATA = MetaData()

INSTANT = DateTime(timezone=True)
# Whole smallest units of a currency, or wei.
# The request, or run of a job, that the transaction belongs to (app/store/database.py says it).
REQUEST_ID = "NULLIF(current_setting('sge.request_id'::text, true), ''::text)"
# The span around it, where traces are collected.
TRACEPARENT = "NULLIF(current_setting('sge.traceparent'::text, true), ''::text)"
UNITS = DOMAIN("units", Numeric(78, 0), create_type=False)
EVM_ADDRESS = DOMAIN(
    "evm_address", Text(), check="VALUE ~ '^0x[0-9a-fA-F]{40}$'", create_type=False
)


class Row(SQLModel):
    """A table named as its class, in snake case."""

    metadata: ClassVar[MetaData] = METADATA

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805  SQLAlchemy hands it the class
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


def key(kind: Any, *parts: Any, default: str | None = None) -> Any:
    """A column of the primary key."""
    counted = any(isinstance(part, Identity) for part in parts)
    return _column(kind, *parts, default=default, primary_key=True, autoincrement=counted)


def required(kind: Any, *parts: Any, default: str | None = None, unique: bool = False) -> Any:
    """A column that is never null. default: SQL."""
    return _column(kind, *parts, default=default, nullable=False, unique=unique or None)


def optional(kind: Any, *parts: Any, default: str | None = None) -> Any:
    """A column that may be null. default: SQL."""
    return _column(kind, *parts, default=default, nullable=True)


def _column(kind: Any, *parts: Any, default: str | None = None, **options: Any) -> Any:
    server_default = None if default is None else text(default)
    return Field(sa_column=Column(kind, *parts, server_default=server_default, **options))
