"""One figure for Prometheus, with its labels."""

from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily


def gauge(
    name: str, said: str, labels: Iterable[str], values: Iterable[tuple[Iterable[str], float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, said, labels=list(labels))
    for given, value in values:
        family.add_metric(list(given), value)
    return family
