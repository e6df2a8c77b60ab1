"""What Prometheus gets of the figures: names and labels of 50-operations.md, from one process."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from app.domain.health.condition import AlertSeverity
from app.domain.health.figures import Figures, WorkerFigures
from app.domain.health.groups import FigureGroup
from app.domain.health.lifecycle import KnownAlert
from app.processes.health.gauges import FiguresCollector
from tests.health.test_conditions import HEALTHY

_AT = datetime(2026, 11, 22, tzinfo=UTC)
ALERT = KnownAlert(
    UUID(int=1), "QueueDeep", "settle", AlertSeverity.WARNING, "deep", _AT, _AT, _AT, None
)


def _samples(collector: FiguresCollector) -> dict[tuple[str, str], float]:
    registry = CollectorRegistry()
    registry.register(collector)
    text = generate_latest(registry).decode()
    return {
        (
            sample.name,
            ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items())),
        ): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_figures_become_gauges() -> None:
    collector = FiguresCollector()
    collector.show(
        replace(HEALTHY, intents={"PENDING": 3}, discrepancies={"CRITICAL": 1}),
        [ALERT, replace(ALERT, subject="not yet", opened_at=None)],
    )
    samples = _samples(collector)
    relayer = f"address=0x{'1' * 40},chain=31337"
    assert samples["sge_relayer_balance_eth", relayer] == 0.2
    assert samples["sge_relayer_in_flight", relayer] == 0
    assert samples["sge_relayer_oldest_pending_seconds", relayer] == 0
    assert samples["sge_queue_depth", "queue=settle"] == 99
    assert samples["sge_intents_now", "status=PENDING"] == 3
    assert samples["sge_ledger_drift", "currency=USDC,program=shop"] == 0
    assert samples["sge_discrepancies_open", "severity=CRITICAL"] == 1
    assert samples["sge_discrepancies_open", "severity=INFO"] == 0
    assert samples["sge_seal_lag_seconds", ""] == 59
    assert samples["sge_workers", "state=alive"] == 1
    assert samples["sge_queue_served", "queue=watch"] == 1
    assert samples["sge_alerts_open", "name=QueueDeep,severity=WARNING,subject=settle"] == 1
    assert not any("not yet" in labels for _, labels in samples)


def test_what_was_never_read_is_not_nothing() -> None:
    collector = FiguresCollector()
    collector.show(
        Figures(_AT, unread={FigureGroup.WORKERS: "x", FigureGroup.DISCREPANCIES: "x"}), []
    )
    samples = _samples(collector)
    assert not any(
        name in {"sge_workers", "sge_queue_served", "sge_discrepancies_open"} for name, _ in samples
    )
    assert samples["sge_figures_unread", "group=workers"] == 1
    assert samples["sge_figures_unread", "group=ledger"] == 0


def test_who_serves_a_queue_and_who_is_late() -> None:
    collector = FiguresCollector()
    workers = (WorkerFigures("a", 61.0, ("settle",)), WorkerFigures("b", 31.0, ("watch",)))
    collector.show(replace(HEALTHY, workers=workers), [])
    samples = _samples(collector)
    counts = [samples["sge_workers", f"state={state}"] for state in ("alive", "late", "lost")]
    assert counts == [1, 1, 1]
    assert samples["sge_queue_served", "queue=settle"] == 0
    assert samples["sge_queue_served", "queue=watch"] == 1


def test_who_does_not_lead_gives_none() -> None:
    collector = FiguresCollector()
    assert _samples(collector) == {}
    collector.show(HEALTHY, [])
    collector.forget()
    assert _samples(collector) == {}
