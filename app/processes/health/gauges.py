"""The platform's figures for Prometheus. One process gives them, so nobody adds the same up twice."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from app.domain.health.figures import Figures
from app.domain.health.groups import FigureGroup
from app.domain.health.lifecycle import KnownAlert
from app.domain.health.states import unserved_queues, worker_is_late, worker_is_lost
from app.domain.queues import QUEUES
from app.processes.health.gauge import gauge
from app.processes.health.program_gauges import program_gauges

_WEI = Decimal(10**18)


class FiguresCollector(Collector):
    """Gives what it was last shown; nothing before, and nothing once it was told to forget."""

    def __init__(self) -> None:
        self._figures: Figures | None = None
        self._alerts: tuple[KnownAlert, ...] = ()

    def show(self, figures: Figures, alerts: Iterable[KnownAlert]) -> None:
        self._figures, self._alerts = figures, tuple(alerts)

    def forget(self) -> None:
        self._figures, self._alerts = None, ()

    def collect(self) -> Iterator[Metric]:
        figures = self._figures
        if figures is not None:
            yield from _platform(figures)
            yield _unread(figures)
            yield from _lanes(figures)
            yield from program_gauges(figures)
            yield _open_alerts(self._alerts)


def _platform(figures: Figures) -> Iterator[Metric]:
    yield gauge(
        "sge_figures_read_timestamp_seconds",
        "When these figures were read.",
        [],
        [([], figures.at.timestamp())],
    )
    yield gauge(
        "sge_intents_now",
        "Intents that are in each status now.",
        ["status"],
        [([status], count) for status, count in figures.intents.items()],
    )
    yield gauge(
        "sge_queue_depth",
        "What waits in a queue, counted up to 10 001.",
        ["queue"],
        [([queue.name], queue.depth) for queue in figures.queues],
    )
    yield gauge(
        "sge_queue_oldest_seconds",
        "For how long the oldest in a queue has been due.",
        ["queue"],
        [([queue.name], queue.oldest_seconds or 0.0) for queue in figures.queues],
    )
    yield gauge(
        "sge_feed_lag_seconds",
        "How far a consumer of events is behind.",
        ["consumer"],
        [([name], lag) for name, lag in figures.lags.items() if name != "seals"],
    )
    yield gauge(
        "sge_seal_lag_seconds",
        "How far the seals of journals and audit rows are behind.",
        [],
        [([], figures.lags["seals"])] if "seals" in figures.lags else [],
    )
    yield from _workers(figures)


def _unread(figures: Figures) -> Metric:
    return gauge(
        "sge_figures_unread",
        "1: the group of figures could not be read, and is given as it was before.",
        ["group"],
        [([group.value], group in figures.unread) for group in FigureGroup],
    )


def _workers(figures: Figures) -> Iterator[Metric]:
    if not figures.workers and FigureGroup.WORKERS in figures.unread:
        return  # never read: 0 would say that all are lost
    lost = sum(worker_is_lost(one.silent_seconds) for one in figures.workers)
    late = sum(worker_is_late(one.silent_seconds) for one in figures.workers) - lost
    alive = len(figures.workers) - lost
    unserved = unserved_queues(figures.workers)
    yield gauge(
        "sge_workers",
        "Workers by their heartbeats; late ones are alive.",
        ["state"],
        [(["alive"], alive), (["late"], late), (["lost"], lost)],
    )
    yield gauge(
        "sge_queue_served",
        "1: a worker that is alive listens on the queue.",
        ["queue"],
        [([queue], queue not in unserved) for queue in QUEUES],
    )


def _lanes(figures: Figures) -> Iterator[Metric]:
    names = [((lane.relayer, str(lane.chain_id)), lane) for lane in figures.lanes]
    yield gauge(
        "sge_relayer_balance_eth",
        "What a relayer owns.",
        ["address", "chain"],
        [
            (name, float(lane.balance_wei / _WEI))
            for name, lane in names
            if lane.balance_wei is not None
        ],
    )
    yield gauge(
        "sge_relayer_in_flight",
        "Signed transactions that are not final.",
        ["address", "chain"],
        [(name, lane.in_flight) for name, lane in names],
    )
    yield gauge(
        "sge_relayer_oldest_pending_seconds",
        "For how long the lowest nonce that no block has was sent; 0 when none waits.",
        ["address", "chain"],
        [(name, lane.oldest_pending_seconds) for name, lane in names],
    )
    yield gauge(
        "sge_relayer_halted",
        "1: the lane takes no work until a person says so.",
        ["address", "chain"],
        [(name, lane.status == "HALTED") for name, lane in names],
    )
    yield gauge(
        "sge_chain_silent_seconds",
        "Since the chain last answered all that its watcher asked.",
        ["chain"],
        [([str(chain.chain_id)], chain.silent_seconds) for chain in figures.chains],
    )
    yield gauge(
        "sge_chain_finality_seconds",
        "How old the newest final block was when the head was read.",
        ["chain"],
        [([str(chain.chain_id)], chain.finality_seconds) for chain in figures.chains],
    )


def _open_alerts(alerts: Iterable[KnownAlert]) -> Metric:
    return gauge(
        "sge_alerts_open",
        "1 for each alert that SGE itself has open.",
        ["name", "subject", "severity"],
        [
            ([one.name, one.subject, one.severity.value], 1)
            for one in alerts
            if one.opened_at is not None
        ],
    )
