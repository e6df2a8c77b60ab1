"""Prometheus and SGE itself alert from the same figures on."""

import math
import re
from collections.abc import Iterator

from app.domain.health import thresholds as t
from app.domain.health.condition import AlertName
from app.domain.stuck import LIMITS, WorkStage
from app.metrics import OWN_SETTLEMENT_SECONDS
from tests.project.test_prometheus import RULES

_WEI = 10**18
_RULE = re.compile(r"- alert: (\w+)\n\s+expr: '?(.*?)'?\n(?:.*\n)*?\s+severity: (\w+)")
_COMPARED = re.compile(r" (>=|<=|==|!=|>|<) (\d[\d.]*(?: \* \d+)?)")
# Which rule compares with what, and how.
_LIMITS = {
    ("FiguresMissing", "critical"): (">", t.FIGURES_OLD_SECONDS),
    ("QueueDeep", "warning"): (">=", t.QUEUE_HEALTHY),
    ("QueueDeep", "critical"): (">", t.QUEUE_WARNING),
    ("WebhooksLate", "warning"): (">", t.WEBHOOKS_LATE_SECONDS),
    ("SettlementSlow", "warning"): (">", t.SETTLEMENT_HEALTHY_SECONDS),
    ("SettlementSlow", "critical"): (">", t.SETTLEMENT_WARNING_SECONDS),
    ("RelayerBalanceLow", "warning"): ("<", t.LANE_LOW_WEI / _WEI),
    ("RelayerBalanceLow", "critical"): ("<", t.LANE_CRITICAL_WEI / _WEI),
    ("RelayerBalanceHigh", "warning"): (">", t.LANE_MUCH_WEI / _WEI),
    ("ChainUnreachable", "warning"): (">", t.CHAIN_SILENT_SECONDS),
    ("ChainUnreachable", "critical"): (">", t.CHAIN_SILENT_CRITICAL_SECONDS),
    ("StuckWork", "warning"): (">", LIMITS[WorkStage.LANE_PENDING].total_seconds()),
    ("FeedLag", "warning"): (">", t.FEED_LAG_SECONDS),
    ("FeedLag", "critical"): (">", t.FEED_LAG_CRITICAL_SECONDS),
    ("SealLag", "critical"): (">", t.SEAL_LAG_SECONDS),
    ("ReplicaLag", "warning"): (">", t.REPLICA_LAG_SECONDS),
    ("ReplicaLag", "critical"): (">", t.REPLICA_LAG_CRITICAL_SECONDS),
    ("ReconciliationOverdue", "warning"): (">", t.RECONCILIATION_OVERDUE_SECONDS),
}


def _rules() -> Iterator[tuple[tuple[str, str], set[tuple[str, float]]]]:
    """Each rule, and what it compares with."""
    text = RULES.read_text()
    found = list(_RULE.finditer(text))
    assert len(found) == text.count("- alert:")
    for rule in found:
        compared = {
            (how, math.prod(float(part) for part in number.split(" * ")))
            for how, number in _COMPARED.findall(rule[2])
        }
        yield (rule[1], rule[3]), compared


def test_rules_compare_with_the_thresholds() -> None:
    rules = list(_rules())
    for name, (how, limit) in _LIMITS.items():
        assert (name, {(how, float(limit))}) in rules


def test_every_other_rule_about_what_sge_tells_is_about_a_fact() -> None:
    names = {name.value for name in AlertName}
    limits = {name: {(how, float(limit))} for name, (how, limit) in _LIMITS.items()}
    others = [(name, seen) for name, seen in _rules() if limits.get(name) != seen]
    facts = {("==", 0.0), ("==", 1.0), (">", 0.0), ("!=", 0.0)}
    assert all(seen and seen <= facts for name, seen in others if name[0] in names), others


def test_quantiles_are_exact_at_the_limits() -> None:
    [family] = OWN_SETTLEMENT_SECONDS.collect()
    borders = {float(one.labels["le"]) for one in family.samples if "le" in one.labels}
    assert {t.SETTLEMENT_HEALTHY_SECONDS, t.SETTLEMENT_WARNING_SECONDS} <= borders
