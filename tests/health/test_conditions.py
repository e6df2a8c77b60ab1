"""Figures and what they mean: the table of 50-operations.md, value by value."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain.health.components import components_of
from app.domain.health.condition import AlertName
from app.domain.health.conditions import conditions_of
from app.domain.health.figures import (
    ChainFigures,
    DriftFigures,
    Figures,
    LaneFigures,
    ProgramFigures,
    QueueFigures,
    SettlementFigures,
    WorkerFigures,
)
from app.domain.health.groups import FigureGroup
from app.domain.queues import QUEUES
from app.domain.stuck import Diagnosis, StuckWork, WorkKind, WorkStage

_ETHER = 10**18
LANE = LaneFigures(31337, "0x" + "1" * 40, "ACTIVE", None, _ETHER // 5, 0)
PROGRAM = ProgramFigures("shop", "ACTIVE", None, None, None, 3600.0, 3600.0, None, 0)
STUCK_LANE = StuckWork(
    None,
    WorkKind.LANE,
    WorkStage.LANE_PENDING,
    "1",
    Diagnosis(datetime(2026, 11, 22, tzinfo=UTC), "Nonce 7 waits.", "It is sent again."),
)
HEALTHY = Figures(
    at=datetime(2026, 11, 22, tzinfo=UTC),
    lanes=(LANE,),
    chains=(ChainFigures(31337, 1.0, 4.0),),
    queues=(QueueFigures("settle", 99, 1.0), QueueFigures("webhooks", 5000, 60.0)),
    workers=(WorkerFigures("one", 12.0, QUEUES),),
    drifts=(DriftFigures("shop", "USDC", 0),),
    programs=(PROGRAM,),
    lags={"feed": 0.0, "rollups": 0.1, "seals": 59.0, "webhooks": 0.2},
    settlement=SettlementFigures(1000, 50, 50),
    scheduler_silent_seconds=1.0,
    replica_lag_seconds=0.0,
)


def _lane(ether: float) -> Figures:
    return replace(
        HEALTHY, lanes=(replace(LANE, balance_wei=round(ether * 1000) * _ETHER // 1000),)
    )


def _program(**changed: object) -> Figures:
    return replace(HEALTHY, programs=(replace(PROGRAM, **changed),))  # type: ignore[arg-type]


def _unread(*groups: FigureGroup, figures: Figures = HEALTHY) -> Figures:
    return replace(figures, unread=dict.fromkeys(groups, "a statement took too long"))


_CASES = {
    "little gas": (_lane(0.09), "RelayerBalanceLow", "WARNING"),
    "no gas": (_lane(0.049), "RelayerBalanceLow", "CRITICAL"),
    "much gas": (_lane(0.6), "RelayerBalanceHigh", "WARNING"),
    "halted": (replace(HEALTHY, lanes=(replace(LANE, status="HALTED"),)), "LaneHalted", "CRITICAL"),
    "queue": (replace(HEALTHY, queues=(QueueFigures("settle", 100, 1.0),)), "QueueDeep", "WARNING"),
    "long queue": (
        replace(HEALTHY, queues=(QueueFigures("settle", 501, 1.0),)),
        "QueueDeep",
        "CRITICAL",
    ),
    "late webhooks": (
        replace(HEALTHY, queues=(QueueFigures("webhooks", 3, 301.0),)),
        "WebhooksLate",
        "WARNING",
    ),
    "slow": (
        replace(HEALTHY, settlement=SettlementFigures(1000, 51, 50)),
        "SettlementSlow",
        "WARNING",
    ),
    "very slow": (
        replace(HEALTHY, settlement=SettlementFigures(1000, 900, 51)),
        "SettlementSlow",
        "CRITICAL",
    ),
    "a worker is lost": (
        replace(
            HEALTHY,
            workers=(WorkerFigures("one", 61.0, QUEUES), WorkerFigures("two", 1.0, QUEUES)),
        ),
        "WorkersLost",
        "WARNING",
    ),
    "a worker is late": (
        replace(HEALTHY, workers=(WorkerFigures("one", 31.0, QUEUES),)),
        "WorkersLost",
        "WARNING",
    ),
    "all are lost": (
        replace(HEALTHY, workers=(WorkerFigures("one", 61.0, QUEUES),)),
        "WorkersLost",
        "CRITICAL",
    ),
    "nobody settles": (
        replace(
            HEALTHY,
            workers=(
                WorkerFigures("one", 61.0, ("settle", "watch", "upkeep")),
                WorkerFigures("two", 1.0, ("webhooks",)),
                WorkerFigures("three", 1.0, ("webhooks", "upkeep")),
            ),
        ),
        "WorkersLost",
        "CRITICAL",
    ),
    "the silent were forgotten": (
        replace(HEALTHY, workers=(WorkerFigures("two", 1.0, ("webhooks",)),)),
        "WorkersLost",
        "CRITICAL",
    ),
    "nobody schedules": (
        replace(HEALTHY, scheduler_silent_seconds=61.0),
        "SchedulerLost",
        "WARNING",
    ),
    "drift": (
        replace(HEALTHY, drifts=(DriftFigures("shop", "USDC", -1),)),
        "LedgerDrift",
        "CRITICAL",
    ),
    "seals": (replace(HEALTHY, lags={"seals": 60.1}), "SealLag", "CRITICAL"),
    "feed": (replace(HEALTHY, lags={"feed": 11.0}), "FeedLag", "WARNING"),
    "rollups": (replace(HEALTHY, lags={"rollups": 61.0}), "FeedLag", "CRITICAL"),
    "replica": (replace(HEALTHY, replica_lag_seconds=11.0), "ReplicaLag", "WARNING"),
    "replica away": (replace(HEALTHY, replica_lag_seconds=float("inf")), "ReplicaLag", "CRITICAL"),
    "rpc": (
        replace(HEALTHY, chains=(ChainFigures(31337, 31.0, 4.0),)),
        "ChainUnreachable",
        "WARNING",
    ),
    "critical": (_program(critical=1), "CriticalDiscrepancy", "CRITICAL"),
    "paused": (
        _program(status="PAUSED", pause_reason="x", paused_by="job:reconcile"),
        "ProgramPaused",
        "CRITICAL",
    ),
    "stopped": (_program(stopped="refused"), "PostingStopped", "CRITICAL"),
    "changed": (_program(treasury_changes=1), "TreasuryChanged", "WARNING"),
    "stuck": (_program(stuck=2), "StuckWork", "WARNING"),
    "a lane is stuck": (replace(HEALTHY, stuck_lanes=(STUCK_LANE,)), "StuckWork", "WARNING"),
    "audit": (replace(HEALTHY, audit_fault="AUDIT:7: x"), "PlatformAuditBroken", "CRITICAL"),
    "tampered": (replace(HEALTHY, foreign_note_at=HEALTHY.at), "RedisTampered", "CRITICAL"),
    "overdue": (_program(checked_seconds=26 * 3600 + 1.0), "ReconciliationOverdue", "WARNING"),
    "failed": (_program(failed="no node"), "ReconciliationFailed", "CRITICAL"),
    "relayers are not seen": (_unread(FigureGroup.RELAYERS), "FiguresUnread", "WARNING"),
    "ledgers are not seen": (_unread(FigureGroup.LEDGER), "FiguresUnread", "CRITICAL"),
}


def test_all_is_well() -> None:
    assert conditions_of(HEALTHY) == []
    assert {one.health.value for one in components_of(HEALTHY)} == {"OK"}


@pytest.mark.parametrize("case", _CASES)
def test_a_figure_beyond_its_threshold_is_one_condition(case: str) -> None:
    figures, name, severity = _CASES[case]
    [found] = conditions_of(figures)
    assert (found.name.value, found.severity.value) == (name, severity)
    assert found.summary.endswith(".")


@pytest.mark.parametrize("case", [name for name in _CASES if "replica" not in name])
def test_what_could_not_be_read_raises_nothing_else(case: str) -> None:
    found = conditions_of(_unread(*FigureGroup, figures=_CASES[case][0]))
    assert {one.name.value for one in found} == {"FiguresUnread"}
    assert len(found) == len(FigureGroup)


@pytest.mark.parametrize("case", _CASES)
def test_one_unread_group_hides_what_it_judges_and_nothing_else(case: str) -> None:
    figures, name, _ = _CASES[case]
    if name == "FiguresUnread":
        return
    hiding = [
        group
        for group in FigureGroup
        if name not in {one.name.value for one in conditions_of(_unread(group, figures=figures))}
    ]
    assert len(hiding) == {"StuckWork": 2, "ReplicaLag": 0}.get(name, 1)


def test_an_unread_group_shows_as_such_and_not_as_lost() -> None:
    seen = Figures(HEALTHY.at, unread=dict.fromkeys(FigureGroup, "denied"))
    shown = {one.name: one.health.value for one in components_of(seen)}
    assert shown == {f"figures of {group.value}": "DEGRADED" for group in FigureGroup}


def test_a_heartbeat_that_is_late_shows_before_its_worker_is_lost() -> None:
    late = _CASES["a worker is late"][0]
    assert [one.name for one in components_of(late) if one.health.value != "OK"] == ["workers"]


def test_a_queue_without_a_worker_is_named() -> None:
    [found] = conditions_of(_CASES["nobody settles"][0])
    assert found.summary == "Nobody alive works on settle, watch. Silent: one."
    shown = {one.name: one for one in components_of(_CASES["nobody settles"][0])}
    assert shown["workers"].detail == "2 alive, nobody on settle, watch"


def test_every_name_is_raised_by_some_figure() -> None:
    assert {name for _, name, _ in _CASES.values()} == {name.value for name in AlertName}


def test_a_person_s_pause_is_no_alert() -> None:
    assert conditions_of(_program(status="PAUSED", pause_reason="x", paused_by="api_key:a")) == []


def test_a_quiet_lane_says_nothing_before_its_balance_was_read() -> None:
    assert conditions_of(replace(HEALTHY, lanes=(replace(LANE, balance_wei=None),))) == []


@pytest.mark.parametrize(
    ("case", "component", "health"),
    [
        ("seals", "seals lag", "DOWN"),
        ("feed", "feed lag", "DEGRADED"),
        ("rollups", "rollups lag", "DOWN"),
        ("replica away", "replica", "DOWN"),
        ("rpc", "watcher of chain 31337", "DEGRADED"),
        ("nobody schedules", "scheduler", "DEGRADED"),
        ("all are lost", "workers", "DOWN"),
        ("nobody settles", "workers", "DOWN"),
        ("a worker is late", "workers", "DEGRADED"),
        ("drift", "ledger", "DOWN"),
        ("failed", "reconciliation", "DEGRADED"),
        ("audit", "platform audit", "DOWN"),
        ("overdue", "reconciliation", "DEGRADED"),
    ],
)
def test_components_show_the_same(case: str, component: str, health: str) -> None:
    shown = {one.name: one.health.value for one in components_of(_CASES[case][0])}
    assert shown[component] == health
    assert not any("shop" in one.detail for one in components_of(_CASES[case][0]))
