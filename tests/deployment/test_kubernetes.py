"""The manifests follow the Kubernetes API, the restricted profile, the settings, and the ports that are served."""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from schema.transport.settings import TransportSettings
from sge.embedded.project import PROJECT
from tests.deployment.command_lines import needs, parses, told
from tests.deployment.compose import processes
from tests.deployment.settings import SECRET, VARIABLES, may_hold
from tests.deployment.test_served import UVICORN_GRACE_SECONDS

FOLDER = PROJECT / "deploy" / "kubernetes"
VERSION = "1.34.0"
SERVED_PATHS = {"/healthz", "/readyz"}


@cache
def manifests() -> list[dict[str, Any]]:
    return [
        each
        for file in sorted(FOLDER.glob("*.yaml"))
        for each in yaml.safe_load_all(file.read_text())
    ]


def named(kind: str) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in manifests() if each["kind"] == kind}


WORKLOADS = named("Deployment") | named("Job")
SERVERS = sorted(named("Deployment"))


def pod(name: str) -> dict[str, Any]:
    return dict(WORKLOADS[name]["spec"]["template"]["spec"])


def container(name: str) -> dict[str, Any]:
    (only,) = pod(name)["containers"]
    return dict(only)


def environment(name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for source in container(name)["envFrom"]:
        found |= named("ConfigMap")[source["configMapRef"]["name"]]["data"]
    return found | {each["name"]: each["value"] for each in container(name)["env"]}


@pytest.mark.parametrize("number", range(len(manifests())))
def test_it_follows_the_api(number: int) -> None:
    kubernetes_validate.validate(manifests()[number], VERSION, strict=True)


def test_the_schema_refuses_what_it_does_not_know() -> None:
    broken = json.loads(json.dumps(WORKLOADS["sge-api"]))
    broken["spec"]["template"]["spec"]["containers"][0]["imagine"] = 1
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, VERSION, strict=True)
    assert issubclass(kubernetes_validate.ValidationError, jsonschema.ValidationError | Exception)
    assert Path(str(files("kubernetes_validate"))).exists()


@pytest.mark.parametrize("name", sorted(WORKLOADS))
def test_it_is_of_the_restricted_profile(name: str) -> None:
    security = pod(name)["securityContext"]
    assert security["runAsNonRoot"] is True
    assert f"{security['runAsUser']}:{security['runAsGroup']}" == processes()["worker"]["user"]
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container(name)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod(name)["automountServiceAccountToken"] is False
    assert pod(name)["serviceAccountName"] in named("ServiceAccount")
    assert set(container(name)["resources"]) == {"requests", "limits"}
    (namespace,) = named("Namespace").values()
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert WORKLOADS[name]["metadata"]["namespace"] == namespace["metadata"]["name"]


@pytest.mark.parametrize("name", sorted(WORKLOADS))
def test_its_settings_exist_and_suffice(name: str) -> None:
    given, command = set(environment(name)), container(name)["args"]
    assert given <= VARIABLES
    assert parses(list(command)) is None
    assert needs(command) <= told(given)
    assert not given & SECRET
    assert told(given) & SECRET <= needs(command) | may_hold(command)
    assert container(name)["image"] == processes()["worker"]["image"]


@pytest.mark.parametrize("name", sorted(WORKLOADS))
def test_its_secrets_are_those_that_the_page_says_to_make(name: str) -> None:
    made: dict[str, set[str]] = {}
    text = (FOLDER / "settings.yaml").read_text().replace("\\\n#", " ")
    for line in text.splitlines():
        words = line.split()
        if "create" in words:
            secret = words[words.index("generic") + 1]
            made[secret] = {word.removeprefix("--from-file=") for word in words if "=" in word}
    (volume,) = [each for each in pod(name)["volumes"] if each["name"] == "secrets"]
    mounted = [source["secret"]["name"] for source in volume["projected"]["sources"]]
    there = {file for secret in mounted for file in made[secret]}
    used = {
        value.removeprefix("/run/secrets/")
        for key, value in environment(name).items()
        if key.endswith("_FILE")
    }
    assert used <= there
    assert "ca_certificate" in there


@pytest.mark.parametrize("name", SERVERS)
def test_it_is_asked_where_it_listens(name: str) -> None:
    given = environment(name)
    port = int(given.get("SGE_API_PORT") or given["SGE_METRICS_PORT"])
    assert [each["containerPort"] for each in container(name)["ports"]] == [port]
    paths = {
        kind: container(name)[f"{kind}Probe"]["httpGet"]
        for kind in ("startup", "readiness", "liveness")
    }
    assert {each["port"] for each in paths.values()} == {port}
    assert {each["path"] for each in paths.values()} == SERVED_PATHS
    # Whatever the process depends on may be away without its being killed for it.
    assert paths["liveness"]["path"] == paths["startup"]["path"] == "/healthz"


@pytest.mark.parametrize("name", SERVERS)
def test_it_may_be_disturbed_with_care(name: str) -> None:
    budget = named("PodDisruptionBudget")[name]
    labels = budget["spec"]["selector"]["matchLabels"]
    deployment = WORKLOADS[name]["spec"]
    assert labels == deployment["selector"]["matchLabels"]
    assert labels.items() <= deployment["template"]["metadata"]["labels"].items()
    scaler = named("HorizontalPodAutoscaler").get(name)
    least = scaler["spec"]["minReplicas"] if scaler else deployment["replicas"]
    assert least > budget["spec"]["minAvailable"]
    assert (scaler is None) == ("replicas" in deployment)


def test_a_process_is_given_the_time_that_its_stopping_takes() -> None:
    waits = container("sge-api")["lifecycle"]["preStop"]["sleep"]["seconds"]
    stopping = waits + TransportSettings().leave_seconds + UVICORN_GRACE_SECONDS
    assert pod("sge-api")["terminationGracePeriodSeconds"] > stopping


def test_workers_scale_on_the_queue_and_the_api_on_its_work() -> None:
    scalers = named("HorizontalPodAutoscaler")
    (of_workers,) = scalers["sge-worker"]["spec"]["metrics"]
    assert of_workers["external"]["metric"]["name"] == "sge_queue_depth"
    (of_api,) = scalers["sge-api"]["spec"]["metrics"]
    assert of_api["resource"]["name"] == "cpu"
    for name, scaler in scalers.items():
        assert scaler["spec"]["scaleTargetRef"]["name"] == name


def test_the_service_and_the_ingress_lead_to_the_api() -> None:
    service = named("Service")["sge-api"]["spec"]
    assert service["selector"] == WORKLOADS["sge-api"]["spec"]["selector"]["matchLabels"]
    (port,) = service["ports"]
    assert port["targetPort"] == container("sge-api")["ports"][0]["containerPort"]
    paths = named("Ingress")["sge-api"]["spec"]["rules"][0]["http"]["paths"]
    assert {each["backend"]["service"]["name"] for each in paths} == {"sge-api"}
    assert {"/metrics", "/readyz"}.isdisjoint({each["path"] for each in paths})


def test_nothing_goes_in_or_out_but_what_is_named() -> None:
    policies = named("NetworkPolicy")
    closed = policies["nothing-else"]["spec"]
    assert (closed["podSelector"], closed["policyTypes"]) == ({}, ["Ingress", "Egress"])
    ports = {
        name: {port["port"] for rule in policy["spec"].get("ingress", []) for port in rule["ports"]}
        for name, policy in policies.items()
    }
    assert ports["api"] == {8000}
    assert ports["metrics"] == {9100}
    (outside,) = policies["outside"]["spec"]["egress"]
    assert "169.254.0.0/16" in outside["to"][0]["ipBlock"]["except"]
