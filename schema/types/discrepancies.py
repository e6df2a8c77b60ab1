"""Where two records that must agree do not."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import resolvers.discrepancies
import resolvers.programs
import resolvers.reconciliation
from app.domain.discrepancies import DiscrepancyKind, Severity
from app.domain.explanations import Explanation
from app.store.reads.discrepancies import DiscrepancyRow
from schema.fields import resolved
from schema.ids import IdPrefix
from schema.types.ledger import LedgerTransaction
from schema.types.node import Node, public_id, shown_rows
from schema.types.reconciliation import ReconciliationRun

if TYPE_CHECKING:
    from schema.types.programs import Program

strawberry.enum(Severity, name="Severity")
strawberry.enum(DiscrepancyKind, name="DiscrepancyKind")
strawberry.enum(
    Explanation,
    name="DiscrepancyExplanation",
    description="NO_POSTING is refused while the discrepancy has money in SUSPENSE.",
)


@strawberry.type
@shown_rows(DiscrepancyRow)
class Discrepancy(Node):
    id: strawberry.ID = public_id(IdPrefix.DISCREPANCY)
    program: Annotated["Program", strawberry.lazy("schema.types.programs")] = resolved(
        resolvers.programs.of_row
    )
    run: ReconciliationRun | None = resolved(resolvers.reconciliation.of_discrepancy)
    kind: DiscrepancyKind
    severity: Severity
    entity_id: strawberry.ID | None = resolved(resolvers.discrepancies.entity_id)
    expected: str | None
    actual: str | None
    message: str
    opened_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    note: str | None
    posting: LedgerTransaction | None = resolved(resolvers.discrepancies.posting)
