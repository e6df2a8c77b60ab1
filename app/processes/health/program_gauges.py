"""What Prometheus is told of programs and their money."""

from collections.abc import Iterator

from prometheus_client.core import Metric

from app.domain.actors import is_job
from app.domain.health.figures import Figures, ProgramFigures
from app.domain.health.groups import FigureGroup
from app.processes.health.gauge import gauge


def program_gauges(figures: Figures) -> Iterator[Metric]:
    """Books, discrepancies and reconciliations."""
    yield from _money(figures)
    yield from _programs(figures)
    yield from _reconciliations(figures)


def _money(figures: Figures) -> Iterator[Metric]:
    yield gauge(
        "sge_ledger_drift",
        "Debits less credits of all accounts, in the smallest unit; 0, or money is wrong.",
        ["program", "currency"],
        [([one.program, one.currency], one.drift) for one in figures.drifts],
    )
    yield gauge(
        "sge_platform_audit_broken",
        "1: the platform's audit rows are not as they were sealed.",
        [],
        [([], figures.audit_fault is not None)]
        if figures.audit_fault or FigureGroup.AUDIT not in figures.unread
        else [],
    )
    yield gauge(
        "sge_redis_tampered",
        "1: within the last hour Redis held a note about the database's server that none of ours has written.",
        [],
        [([], figures.foreign_note_at is not None)]
        if figures.foreign_note_at or FigureGroup.AUDIT not in figures.unread
        else [],
    )
    yield gauge(
        "sge_discrepancies_open",
        "Discrepancies that nobody resolved.",
        ["severity"],
        [
            ([severity], figures.discrepancies.get(severity, 0))
            for severity in ("INFO", "WARNING", "CRITICAL")
            if figures.discrepancies or FigureGroup.DISCREPANCIES not in figures.unread
        ],
    )


def _programs(figures: Figures) -> Iterator[Metric]:
    yield gauge(
        "sge_program_paused",
        "1: nothing new is signed or relayed for the program; by: platform or person.",
        ["program", "by"],
        [_paused(one) for one in figures.programs],
    )
    yield gauge(
        "sge_program_posting_stopped",
        "1: a posting was refused, and a person has to look.",
        ["program"],
        [([one.program], one.stopped is not None) for one in figures.programs],
    )
    yield gauge(
        "sge_stuck_work",
        "Stages in which work stands still, or stood and nobody resolved it.",
        ["program"],
        [([one.program], one.stuck) for one in figures.programs],
    )
    yield gauge(
        "sge_treasury_changes_open",
        "Changes of the treasury's Safe that nobody has looked at; they hold its payouts.",
        ["program"],
        [([one.program], one.treasury_changes) for one in figures.programs],
    )


def _reconciliations(figures: Figures) -> Iterator[Metric]:
    yield gauge(
        "sge_reconciliation_age_seconds",
        "Since a reconciliation of the program last ended, or since there is the program.",
        ["program"],
        [([one.program], one.checked_seconds) for one in figures.programs],
    )
    yield gauge(
        "sge_reconciliation_clean_age_seconds",
        "Since the program's last reconciliation that found nothing.",
        ["program"],
        [
            ([one.program], one.clean_seconds)
            for one in figures.programs
            if one.clean_seconds is not None
        ],
    )
    yield gauge(
        "sge_reconciliation_failed",
        "1: the newest reconciliation could not be done.",
        ["program"],
        [([one.program], one.failed is not None) for one in figures.programs],
    )


def _paused(program: ProgramFigures) -> tuple[list[str], float]:
    by = "platform" if is_job(program.paused_by or "") else "person"
    return [program.program, by], program.status == "PAUSED"
