"""Whoever looks at the platform can say what it saw, and sees what the API has: in compose and in the manifests."""

from typing import Any

import pytest

from tests.deployment import test_kubernetes as kubernetes
from tests.deployment.command_lines import told
from tests.deployment.compose import composition, environment, processes
from tests.deployment.lookers import looks

IN_COMPOSE = sorted(name for name, each in processes().items() if looks(each["command"]))
IN_CLUSTER = sorted(
    name for name in kubernetes.SERVERS if looks(kubernetes.container(name)["args"])
)
# Where the API reads from it; who looks compares it with the primary.
REPLICA = "SGE_DATABASE_READ_URL"


def test_who_looks() -> None:
    assert (IN_COMPOSE, IN_CLUSTER) == (["scheduler", "worker"], ["sge-scheduler", "sge-worker"])
    assert looks(["worker"])
    assert not looks(["worker", "--queue", "webhooks"])


@pytest.mark.parametrize("name", IN_COMPOSE)
def test_it_may_post_and_has_a_way_out_in_compose(name: str) -> None:
    service = processes()[name]
    given = environment(service)
    assert {"SGE_ALERT_WEBHOOK_URL", "SGE_RUNBOOK_URL"} <= told(set(given))
    networks = composition()["networks"]
    assert [one for one in service["networks"] if not networks[one].get("internal")]


@pytest.mark.parametrize("name", IN_CLUSTER)
def test_it_may_post_and_has_a_way_out_in_the_manifests(name: str) -> None:
    given = set(kubernetes.environment(name))
    assert {"SGE_ALERT_WEBHOOK_URL", "SGE_RUNBOOK_URL"} <= told(given)
    policy: dict[str, Any] = kubernetes.named("NetworkPolicy")["outside"]["spec"]
    (chosen,) = policy["podSelector"]["matchExpressions"]
    assert name in chosen["values"]


@pytest.mark.parametrize("name", IN_COMPOSE)
def test_it_sees_the_replica_of_the_api_in_compose(name: str) -> None:
    assert REPLICA in told(set(environment(processes()["api-1"])))
    assert REPLICA in told(set(environment(processes()[name])))


@pytest.mark.parametrize("name", IN_CLUSTER)
def test_it_sees_the_replica_of_the_api_in_the_manifests(name: str) -> None:
    assert REPLICA in told(set(kubernetes.environment("sge-api")))
    assert REPLICA in told(set(kubernetes.environment(name)))
