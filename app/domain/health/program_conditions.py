"""What operators are told about one program."""

from collections.abc import Iterator

from app.domain.actors import is_job
from app.domain.health import thresholds
from app.domain.health.condition import AlertName, AlertSeverity, Condition
from app.domain.health.figures import DriftFigures, ProgramFigures

_WARNING, _CRITICAL = AlertSeverity.WARNING, AlertSeverity.CRITICAL
_HOUR = 3600.0


def conditions_of_program(program: ProgramFigures) -> Iterator[Condition]:
    """What holds of it."""
    slug = program.program
    if program.critical:
        found = "discrepancy" if program.critical == 1 else "discrepancies"
        summary = f"Program {slug} has {program.critical} open critical {found}."
        yield Condition(AlertName.CRITICAL_DISCREPANCY, slug, _CRITICAL, summary)
    if program.status == "PAUSED" and is_job(program.paused_by or ""):
        summary = f"The platform paused program {slug}: {_sentence(program.pause_reason)}"
        yield Condition(AlertName.PROGRAM_PAUSED, slug, _CRITICAL, summary)
    if program.stopped is not None:
        summary = f"Postings of program {slug} stopped: {_sentence(program.stopped)}"
        yield Condition(AlertName.POSTING_STOPPED, slug, _CRITICAL, summary)
    if program.treasury_changes:
        summary = (
            f"The treasury of program {slug} was changed: payouts wait until a person has seen it."
        )
        yield Condition(AlertName.TREASURY_CHANGED, slug, _WARNING, summary)
    if program.stuck:
        summary = f"Work of program {slug} stands still, or stood and nobody resolved it: {program.stuck} stages."
        yield Condition(AlertName.STUCK_WORK, slug, _WARNING, summary)
    yield from _reconciliation(program)


def _reconciliation(program: ProgramFigures) -> Iterator[Condition]:
    slug = program.program
    if program.failed is not None:
        summary = f"The last reconciliation of program {slug} failed: {_sentence(program.failed)}"
        yield Condition(AlertName.RECONCILIATION_FAILED, slug, _CRITICAL, summary)
    if program.checked_seconds > thresholds.RECONCILIATION_OVERDUE_SECONDS:
        hours = program.checked_seconds / _HOUR
        summary = f"No reconciliation of program {slug} has ended for {hours:.0f} hours."
        yield Condition(AlertName.RECONCILIATION_OVERDUE, slug, _WARNING, summary)


def _sentence(text: str | None) -> str:
    """Some reasons end as sentences do, and some do not."""
    return f"{text or 'nobody said why'}".removesuffix(".") + "."


def drift_condition(found: DriftFigures) -> Condition:
    """Debits and credits that are not equal."""
    subject = f"{found.program} {found.currency}"
    summary = (
        f"The ledger of program {found.program} is off by {found.drift} of the smallest units of "
        f"{found.currency}."
    )
    return Condition(AlertName.LEDGER_DRIFT, subject, _CRITICAL, summary)
