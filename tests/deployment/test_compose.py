"""docker-compose.yml says nothing that the compose specification, the settings or the files beside it do not know."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from app.domain.client_address import parse_networks
from app.settings import Settings
from sge.embedded.project import PROJECT
from tests.deployment.command_lines import needs, parses, told
from tests.deployment.compose import (
    SECRETS,
    composition,
    environment,
    processes,
    services,
    specification,
)
from tests.deployment.settings import SECRET, VARIABLES, may_hold

PROCESSES = sorted(processes())
SERVICES = sorted(services())


def test_it_follows_the_specification() -> None:
    jsonschema.validate(composition(), specification())
    broken = composition() | {"services": {"api": {"imagine": "no"}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, specification())


def test_what_is_asked_for_is_there() -> None:
    found = services()
    wanted = {"postgres-primary", "postgres-replica", "redis", "nginx", "api-1", "api-2", "worker"}
    assert wanted | {"scheduler", "migrate", "prometheus", "grafana"} <= set(found)
    assert found["worker"]["deploy"]["replicas"] == 4
    assert "--data-checksums" in found["postgres-primary"]["environment"]["POSTGRES_INITDB_ARGS"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_hardened(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    user, group = service["user"].split(":")
    assert int(user) > 0 < int(group)
    limits = service["deploy"]["resources"]["limits"]
    assert set(limits) == {"cpus", "memory", "pids"}
    assert "privileged" not in service
    if service.get("restart") != "no":
        assert "healthcheck" in service, "nobody would see that it is stuck"


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_is_pinned(name: str) -> None:
    _, _, tag = services()[name]["image"].partition(":")
    version = tag.split("-")[0].removeprefix("v")
    assert version.count(".") >= 1
    assert all(part.isdigit() for part in version.split("."))


@pytest.mark.parametrize("name", PROCESSES)
def test_every_variable_is_a_setting_and_every_needed_one_is_set(name: str) -> None:
    service = processes()[name]
    given = environment(service)
    assert set(given) <= VARIABLES
    command = service["command"]
    assert parses(list(command)) is None
    assert needs(command) <= told(set(given))
    secret = told(set(given)) & SECRET
    assert not set(given) & SECRET, "secrets come from files"
    assert secret <= needs(command) | may_hold(command), (
        "a process holds what it needs, and no more"
    )


@pytest.mark.parametrize("name", PROCESSES)
def test_what_is_not_secret_reads(name: str) -> None:
    given = environment(processes()[name])
    plain = {
        variable.removeprefix("SGE_").lower(): value
        for variable, value in given.items()
        if not variable.endswith("_FILE") and value
    }
    assert Settings.model_validate(plain).environment == "production"


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_are_declared_mounted_and_used(name: str) -> None:
    service = services()[name]
    mounted = set(service.get("secrets", ()))
    assert mounted <= set(composition()["secrets"])
    files = {value for key, value in environment(service).items() if key.endswith("_FILE")}
    assert {file.removeprefix(SECRETS) for file in files} <= mounted
    if name in PROCESSES:
        assert mounted == {file.removeprefix(SECRETS) for file in files} | {"ca_certificate"}


def test_every_secret_is_used() -> None:
    used = {name for service in services().values() for name in service.get("secrets", ())}
    assert used == set(composition()["secrets"])


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_mounted_exists(name: str) -> None:
    for volume in services()[name].get("volumes", ()):
        source = volume.split(":")[0]
        if source.startswith("./"):
            assert (PROJECT / source).exists(), source
            assert volume.endswith(":ro")
        elif source == "${SGE_BACKUPS":
            assert name in {"postgres-primary", "postgres-replica", "backup"}
        else:
            assert source in composition()["volumes"]


def test_networks_separate() -> None:
    networks = composition()["networks"]
    assert {name for name, each in networks.items() if each.get("internal")} == {
        "web",
        "data",
        "watch",
    }
    on: dict[str, set[str]] = {name: set() for name in networks}
    for name, service in services().items():
        for network in service["networks"]:
            on[network].add(name)
    assert on["front"] == {"nginx", "grafana"}
    assert on["web"] == {"nginx", "api-1", "api-2"}
    assert "nginx" not in on["data"] | on["outside"] | on["watch"]
    assert not {"postgres-primary", "postgres-replica", "redis"} & (on["outside"] | on["front"])
    assert {name for name in services() if services()[name].get("ports")} == {"nginx", "grafana"}
    assert services()["grafana"]["ports"] == ["127.0.0.1:3000:3000"]


def test_addresses_are_inside_the_network_that_the_api_trusts() -> None:
    (subnet,) = parse_networks(composition()["networks"]["web"]["ipam"]["config"][0]["subnet"])
    for name in ("api-1", "api-2"):
        assert environment(services()[name])["SGE_TRUSTED_PROXIES"] == str(subnet)
    (proxy,) = parse_networks(services()["nginx"]["networks"]["web"]["ipv4_address"])
    assert proxy.subnet_of(subnet)  # type: ignore[arg-type]


def test_what_is_archived_is_what_a_backup_goes_on_from() -> None:
    """All on one folder of the operator's; the programs of the server are those of the server's version."""
    archive = "${SGE_BACKUPS:-./deploy/compose/backups}/archive:/archive"
    for name in ("postgres-primary", "postgres-replica"):
        assert archive in services()[name]["volumes"]
        assert services()[name]["image"] in (PROJECT / "Dockerfile").read_text()
    backup = services()["backup"]
    assert f"{archive}:ro" in backup["volumes"]
    assert backup["user"] == services()["postgres-primary"]["user"], "it reads what that wrote"
    assert backup["profiles"] == ["backup"]
    settings = (PROJECT / "deploy/postgres/postgresql.conf").read_text()
    assert 'mv "/archive/%f.part" "/archive/%f"' in settings


def test_who_waits_for_whom() -> None:
    for name, service in services().items():
        for other, how in service.get("depends_on", {}).items():
            depended: dict[str, Any] = services()[other]
            if how["condition"] == "service_healthy":
                assert "healthcheck" in depended, (name, other)
            else:
                assert how["condition"] == "service_completed_successfully"
                assert depended["restart"] == "no"


def test_commands_name_files_that_are_mounted() -> None:
    for name, service in services().items():
        mounts = dict(
            reversed(volume.removesuffix(":ro").rsplit(":", 1))
            for volume in service.get("volumes", ())
        )
        words = [*service.get("entrypoint", []), *service.get("command", [])]
        words += service.get("healthcheck", {}).get("test", [])
        for word in words:
            _, _, place = word.rpartition("=") if "=" in word else ("", "", word)
            if place.startswith("/etc/sge/"):
                folder = PROJECT / mounts["/etc/sge"]
                assert (folder / Path(place).name).exists(), (name, place)
