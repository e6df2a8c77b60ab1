"""Every metric that SGE's processes give, with its labels, as the code has them."""

from dataclasses import replace

from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.core import Metric

from app import metrics, observability
from app.chain import rpc_metrics
from app.processes.health.gauges import FiguresCollector
from app.processes.reading import read_metrics
from tests.health.test_conditions import HEALTHY
from tests.health.test_gauges import ALERT

_MODULES = (metrics, observability, read_metrics, rpc_metrics)
_SUFFIXES = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("_total",), "gauge": ("",)}


def metrics_in_code() -> dict[str, set[str]]:
    """Labels by the name of a series."""
    figures = FiguresCollector()
    figures.show(replace(HEALTHY, intents={"PENDING": 1}), [ALERT])
    registry = CollectorRegistry()
    registry.register(figures)
    found: dict[str, set[str]] = {}
    for metric in registry.collect():
        found |= _series(metric, set(metric.samples[0].labels))
    for collector, names in REGISTRY._collector_to_names.items():
        labels = set(getattr(collector, "_labelnames", ()))
        for metric in collector.describe() if any(map(_ours, names)) else ():
            found |= _series(metric, labels)
    return found


def _ours(name: str) -> bool:
    return name.startswith("sge_")


def _series(metric: Metric, labels: set[str]) -> dict[str, set[str]]:
    extra = {"le"} if metric.type == "histogram" else set()
    return {
        metric.name + suffix: labels | (extra if suffix == "_bucket" else set())
        for suffix in _SUFFIXES[metric.type]
    }
