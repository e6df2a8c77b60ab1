"""What a person sees of a reconciliation: a table of its checks, what they found, and what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from app.domain.reconciliation import RunStatus
from app.store.reads.discrepancies import DiscrepancyRow
from app.store.reads.reconciliation import CheckRow, RunRow
from schema.ids import IdPrefix, encode_id
from sge.amounts_shown import sentence

_NEXT = {
    RunStatus.CLEAN: "Everything agrees.",
    RunStatus.DISCREPANCIES: "docs/reconciliation.md says what each of them means; resolveDiscrepancy explains one, and only"
    " a person resumes a program that a critical one paused.",
    RunStatus.FAILED: "It could not be carried out: put right what it says and run it again.",
}


@dataclass(frozen=True)
class ReconciliationReport:
    """A run that has ended. found: the newest thousand. decimals: of each currency of the program."""

    run: RunRow
    checks: Sequence[CheckRow]
    found: Sequence[DiscrepancyRow]
    decimals: Mapping[str, int]


def show(console: Console, slug: str, report: ReconciliationReport) -> None:
    """Writes the report."""
    run = report.run
    where = "" if run.block_number is None else f" at block {run.block_number}"
    console.print(
        f"{slug}{where}: {encode_id(IdPrefix.RECONCILIATION_RUN, run.id)}", highlight=False
    )
    console.print(_table(report.checks))
    for one in reversed(report.found):
        name = encode_id(IdPrefix.DISCREPANCY, one.id)
        line = f"{one.severity} {one.kind} {name}: {sentence(one, report.decimals)}"
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    if run.failure is not None:
        console.print(f"failed: {run.failure}", highlight=False, markup=False, soft_wrap=True)
    status = RunStatus(run.status)
    console.print(f"{status.value}. {_NEXT[status]}", highlight=False, soft_wrap=True)


def _table(checks: Sequence[CheckRow]) -> Table:
    table = Table("check", "result", "examined", "expected", "actual")
    table.columns[2].justify = "right"
    for check in checks:
        result = "agrees" if check.passed else "[bold red]DIFFERS[/]"
        table.add_row(
            check.name, result, f"{check.examined:,}", check.expected or "", check.actual or ""
        )
    return table
