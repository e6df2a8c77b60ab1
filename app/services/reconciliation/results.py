"""From faults, as statements read them, to a check's result."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.discrepancies import DiscrepancyKind, NewDiscrepancy, Severity
from app.domain.reconciliation import CheckName, CheckResult
from app.store.reconciliation.faults import Fault, Faults


@dataclass(frozen=True, slots=True)
class Found:
    """One part of a check: what its faults are called, and what a person is told. says: may name {reference}."""

    kind: DiscrepancyKind
    severity: Severity
    says: str
    faults: Faults

    def discrepancies(self) -> tuple[NewDiscrepancy, ...]:
        return tuple(self._one(fault) for fault in self.faults.rows)

    def _one(self, fault: Fault) -> NewDiscrepancy:
        return NewDiscrepancy(
            kind=self.kind,
            severity=self.severity,
            reference=fault.reference,
            message=self.says,
            entity_id=fault.entity,
            expected=fault.expected,
            actual=fault.actual,
        )


def warnings_of(kind: DiscrepancyKind, told: Iterable[tuple[str, Faults]]) -> list[Found]:
    """Parts of one kind, none of which pauses anything: what a person is told, and the faults it is about."""
    return [Found(kind, Severity.WARNING, says, faults) for says, faults in told]


def result_of(name: CheckName, parts: Sequence[Found]) -> CheckResult:
    """All parts together. expected and actual count what is wrong, more than is opened at a time included."""
    return CheckResult(
        name,
        examined=sum(part.faults.examined for part in parts),
        found=tuple(one for part in parts for one in part.discrepancies()),
        expected="0 wrong",
        actual=f"{sum(part.faults.total for part in parts)} wrong",
    )
