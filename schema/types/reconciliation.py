"""Runs of the reconciliation."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import resolvers.programs
import resolvers.reconciliation
from app.domain.reconciliation import RunStatus
from app.store.reads.reconciliation import RunRow
from schema.connection import Connection
from schema.fields import resolved
from schema.ids import IdPrefix
from schema.scalars import BigInt, Hex
from schema.types.node import Node, public_id, shown_rows

if TYPE_CHECKING:
    from schema.types.discrepancies import Discrepancy
    from schema.types.programs import Program

strawberry.enum(RunStatus, name="ReconciliationStatus")


@strawberry.type
class ReconciliationCheck:
    name: str
    passed: bool
    examined: int
    expected: str | None
    actual: str | None


@strawberry.type
@shown_rows(RunRow)
class ReconciliationRun(Node):
    id: strawberry.ID = public_id(IdPrefix.RECONCILIATION_RUN)
    program: Annotated["Program", strawberry.lazy("schema.types.programs")] = resolved(
        resolvers.programs.of_row
    )
    status: RunStatus
    started_at: datetime
    finished_at: datetime | None
    block_number: BigInt | None
    block_hash: Hex | None
    failure: str | None = strawberry.field(description="FAILED: what stood in its way, in words.")
    checks: list[ReconciliationCheck] = resolved(resolvers.reconciliation.checks)
    discrepancies: Connection[
        Annotated["Discrepancy", strawberry.lazy("schema.types.discrepancies")]
    ] = resolved(resolvers.reconciliation.discrepancies)
