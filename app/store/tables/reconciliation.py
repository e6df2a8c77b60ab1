"""Runs of the reconciliation and what each of their checks found; looks at the platform's audit chain."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    Uuid,
    text,
)

from app.store.tables.row import INSTANT, Row, key, optional, required


class ReconciliationRun(Row, table=True):
    __table_args__ = (
        CheckConstraint("status IN ('RUNNING', 'CLEAN', 'DISCREPANCIES', 'FAILED')"),
        CheckConstraint("(status = 'RUNNING') = (finished_at IS NULL)"),
        CheckConstraint("(status = 'FAILED') = (failure IS NOT NULL)"),
        CheckConstraint(
            "status NOT IN ('CLEAN', 'DISCREPANCIES')"
            " OR num_nulls(block_number, block_hash, journal_id, journal_seals, audit_seals) = 0"
        ),
        CheckConstraint("status = 'DISCREPANCIES' OR NOT known_only"),
        CheckConstraint("coalesce(journal_seals, 0) = 0 OR journal_head IS NOT NULL"),
        CheckConstraint("coalesce(audit_seals, 0) = 0 OR audit_head IS NOT NULL"),
        Index(
            "reconciliation_run_live",
            "program_id",
            unique=True,
            postgresql_where=text("status = 'RUNNING'"),
        ),
        Index("reconciliation_run_newest", "program_id", text("asked_at DESC"), text("id DESC")),
    )

    program_id: int = key(BigInteger)
    id: UUID = key(Uuid)
    status: str = required(Text, default="'RUNNING'")
    whole: bool = required(Boolean)
    asked_by: str = required(Text)
    asked_at: datetime = required(INSTANT)
    lease_until: datetime | None = optional(INSTANT)
    leased_by: str | None = optional(Text)
    takes: int = required(SmallInteger, default="0")
    finished_at: datetime | None = optional(INSTANT)
    block_number: int | None = optional(BigInteger)
    block_hash: bytes | None = optional(LargeBinary)
    journal_id: int | None = optional(BigInteger)
    journal_seals: int | None = optional(BigInteger)
    journal_head: bytes | None = optional(LargeBinary)
    audit_seals: int | None = optional(BigInteger)
    audit_head: bytes | None = optional(LargeBinary)
    failure: str | None = optional(Text)
    known_only: bool = required(Boolean, default="false")


class ReconciliationCheck(Row, table=True):
    __table_args__ = (
        CheckConstraint("examined >= 0"),
        ForeignKeyConstraint(
            ["program_id", "run_id"], ["reconciliation_run.program_id", "reconciliation_run.id"]
        ),
    )

    program_id: int = key(BigInteger)
    run_id: UUID = key(Uuid)
    position: int = key(SmallInteger)
    name: str = required(Text)
    passed: bool = required(Boolean)
    examined: int = required(BigInteger)
    expected: str | None = optional(Text)
    actual: str | None = optional(Text)


class ReconciliationFinding(Row, table=True):
    __table_args__ = (
        ForeignKeyConstraint(
            ["program_id", "run_id"], ["reconciliation_run.program_id", "reconciliation_run.id"]
        ),
        ForeignKeyConstraint(
            ["program_id", "discrepancy_id"], ["discrepancy.program_id", "discrepancy.id"]
        ),
    )

    program_id: int = key(BigInteger)
    run_id: UUID = key(Uuid)
    discrepancy_id: UUID = key(Uuid)


class PlatformAuditLook(Row, table=True):
    __table_args__ = (
        CheckConstraint("seals >= 0"),
        CheckConstraint("faults >= 0"),
        CheckConstraint("seals = 0 OR head IS NOT NULL"),
        CheckConstraint("(faults = 0) = (first_fault IS NULL)"),
        Index("platform_audit_look_newest", text("looked_at DESC")),
    )

    id: UUID = key(Uuid)
    looked_at: datetime = required(INSTANT)
    seals: int = required(BigInteger)
    head: bytes | None = optional(LargeBinary)
    faults: int = required(BigInteger)
    first_fault: str | None = optional(Text)


class SmallInflow(Row, table=True):
    __table_args__ = (
        ForeignKeyConstraint(["program_id", "journal_id"], ["journal.program_id", "journal.id"]),
        ForeignKeyConstraint(
            ["program_id", "discrepancy_id"], ["discrepancy.program_id", "discrepancy.id"]
        ),
        Index("small_inflow_discrepancy", "program_id", "discrepancy_id"),
    )

    program_id: int = key(BigInteger)
    journal_id: int = key(BigInteger)
    discrepancy_id: UUID = required(Uuid)
