"""Alert rules and dashboard: sound, played, and about metrics that the code gives."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from app.domain.health.condition import AlertName
from sge.embedded.project import PROJECT
from tests.fixtures.programs import needed_program
from tests.project.metrics_in_code import metrics_in_code

RULES = Path(PROJECT, "deploy/prometheus/rules/sge.yml")
PLAYED = Path(PROJECT, "deploy/prometheus/rules_test.yml")
DASHBOARD = Path(PROJECT, "deploy/grafana/dashboards/sge.json")
_NAMES = re.compile(r"alert: (\w+)")
_EXPRESSIONS = re.compile(r"expr: '?(.*?)'?$", re.MULTILINE)
_METRIC = re.compile(r"\b(sge_[a-z_0-9]+)(?:\{([^}]*)\})?")
_MATCHER = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
_BY = re.compile(r"by \(([^)]*)\)")
# Prometheus's own.
_TARGET = {"instance", "job"}
# 50-operations.md, "Observability".
_PROMISED = {
    "sge_intents_total": {"kind", "status"},
    "sge_settlement_duration_seconds_bucket": {"le"},
    "sge_api_request_duration_seconds_bucket": {"operation", "le"},
    "sge_subscriptions_active": set(),
    "sge_events_lag_seconds": set(),
    "sge_queue_depth": {"queue"},
    "sge_worker_up": set(),
    "sge_ledger_drift": {"program", "currency"},
    "sge_relayer_balance_eth": {"address", "chain"},
    "sge_relayer_in_flight": {"address", "chain"},
    "sge_rpc_request_duration_seconds_bucket": {"method", "le"},
    "sge_discrepancies_open": {"severity"},
}


def alert_names() -> set[str]:
    return set(_NAMES.findall(RULES.read_text()))


def _expressions() -> list[tuple[str, set[str]]]:
    """Each expression, and the labels that what it is shown by names."""
    rules = [(one, set[str]()) for one in _EXPRESSIONS.findall(RULES.read_text())]
    panels = json.loads(DASHBOARD.read_text())["panels"]
    shown = [
        (target["expr"], set(re.findall(r"{{(\w+)}}", target["legendFormat"])))
        for panel in panels
        for target in panel["targets"]
    ]
    return rules + shown


# Playing takes promtool ten seconds: `make check` does it, and `make test-long`.
_PLAY = pytest.param(["test", "rules", str(PLAYED)], marks=pytest.mark.long)


@pytest.mark.parametrize("command", [["check", "rules", str(RULES)], _PLAY], ids=str)
def test_promtool_finds_nothing_wrong(command: list[str]) -> None:
    promtool = needed_program("promtool", "prometheus")
    done = subprocess.run([promtool, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_rule_is_played() -> None:
    assert set(re.findall(r"alertname: (\w+)", PLAYED.read_text())) == alert_names()


def test_what_was_promised_is_given_with_its_labels() -> None:
    known = metrics_in_code()
    assert {name: known.get(name) for name in _PROMISED} == _PROMISED


def test_rules_and_dashboard_name_metrics_and_labels_that_there_are() -> None:
    known = metrics_in_code()
    for expression, shown in _expressions():
        used = set[str]()
        for name, matchers in _METRIC.findall(expression):
            assert name in known, f"{name} of {expression}"
            used |= known[name] | _TARGET
            assert set(_MATCHER.findall(matchers)) <= known[name] | _TARGET, expression
        grouped = {label.strip() for found in _BY.findall(expression) for label in found.split(",")}
        assert grouped | shown <= used, expression


def test_every_metric_is_shown_or_alerted_on() -> None:
    used = {name for text, _ in _expressions() for name, _ in _METRIC.findall(text)}
    families = {re.sub(r"_(bucket|count|sum|total)$", "", name) for name in used}
    given = {re.sub(r"_(bucket|count|sum|total)$", "", name) for name in metrics_in_code()}
    assert given - families == {"sge_worker_up"}, "instances: `up` says the same"


def test_what_sge_itself_tells_has_a_rule_of_the_same_name() -> None:
    assert {name.value for name in AlertName} <= alert_names()
