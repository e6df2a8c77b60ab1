"""Every port and path that a check, a proxy or Prometheus asks for is served by the process behind it."""

import re

import httpx
import pytest
import yaml
from starlette.responses import PlainTextResponse

from app.settings.web import WebSettings
from schema.transport.hosts import HostCheck
from schema.transport.settings import TransportSettings
from sge.embedded.project import PROJECT
from tests.deployment.compose import composition, environment, port_inside, servers, services
from tests.deployment.seconds import seconds

SERVED = {"/healthz", "/readyz", "/metrics", "/graphql"}
UVICORN_GRACE_SECONDS = 10
NGINX = PROJECT / "deploy" / "nginx"


def port_of(name: str) -> int:
    given = environment(services()[name])
    return int(given.get("SGE_API_PORT") or given["SGE_METRICS_PORT"])


@pytest.mark.parametrize("name", sorted(servers()))
def test_a_process_is_asked_where_it_listens(name: str) -> None:
    (asked,) = re.findall(
        r"http://127\.0\.0\.1:(\d+)(/\w+)", services()[name]["healthcheck"]["test"][-1]
    )
    assert int(asked[0]) == port_of(name)
    assert asked[1] in SERVED
    given = environment(services()[name])
    assert given.get("SGE_API_HOST", given.get("SGE_METRICS_HOST")) == "0.0.0.0"


def test_the_image_exposes_those_ports() -> None:
    (exposed,) = re.findall(r"^EXPOSE (.*)$", (PROJECT / "Dockerfile").read_text(), re.MULTILINE)
    assert {int(port) for port in exposed.split()} == {port_of(name) for name in servers()}


def test_nginx_forwards_to_the_api_and_listens_where_it_is_published() -> None:
    upstream = re.findall(r"server ([\d.]+):(\d+)", (NGINX / "upstream.conf").read_text())
    addresses = {
        services()[name]["networks"]["web"]["ipv4_address"]: port_of(name)
        for name in ("api-1", "api-2")
    }
    assert {host: int(port) for host, port in upstream} == addresses
    listens = set(re.findall(r"listen (\d+)", (NGINX / "nginx.conf").read_text()))
    published = {str(port_inside(port)) for port in services()["nginx"]["ports"]}
    assert published == listens
    assert "ssl_protocols TLSv1.3;" in (NGINX / "nginx.conf").read_text()


def test_nginx_lets_through_what_the_api_takes() -> None:
    (size,) = re.findall(r"client_max_body_size (\d+)m;", (NGINX / "nginx.conf").read_text())
    assert int(size) * 2**20 >= TransportSettings().maximum_body_bytes
    for hidden in ("/metrics", "/readyz"):
        assert f"location = {hidden} {{ return 404; }}" in (NGINX / "nginx.conf").read_text()


def test_prometheus_asks_every_process() -> None:
    told = yaml.safe_load((PROJECT / "deploy/prometheus/prometheus.yml").read_text())
    asked: dict[str, int] = {}
    for job in told["scrape_configs"]:
        for target in (one for group in job.get("static_configs", ()) for one in group["targets"]):
            name, _, port = target.rpartition(":")
            asked[name] = int(port)
        for group in job.get("dns_sd_configs", ()):
            asked |= dict.fromkeys(group["names"], group["port"])
    assert asked == {name: port_of(name) for name in servers()}
    together = {"prometheus", *asked}
    assert all("watch" in services()[name]["networks"] for name in together)


async def test_prometheus_is_answered_by_each_api() -> None:
    """A Host that is neither the deployment's name nor an address is refused, and then there are no figures."""
    told = yaml.safe_load((PROJECT / "deploy/prometheus/prometheus.yml").read_text())
    (targets,) = [
        group["targets"]
        for job in told["scrape_configs"]
        for group in job.get("static_configs", ())
    ]
    for target in targets:
        given = environment(services()[target.rpartition(":")[0]])
        settings = WebSettings.model_validate(
            {
                "environment": "production",
                "public_url": given["SGE_PUBLIC_URL"],
                "allowed_hosts": given.get("SGE_ALLOWED_HOSTS", ""),
            }
        )
        server = HostCheck(PlainTextResponse("figures"), settings.accepted_hosts)
        transport = httpx.ASGITransport(server)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{target}") as client:
            assert (await client.get("/metrics")).status_code == 200, target
            foreign = await client.get("/metrics", headers={"host": "another.example"})
            assert foreign.status_code == 421


def test_grafana_asks_prometheus() -> None:
    folder = PROJECT / "deploy/grafana/provisioning"
    (source,) = yaml.safe_load((folder / "datasources/prometheus.yml").read_text())["datasources"]
    assert source["url"] == "http://prometheus:9090"
    (boards,) = yaml.safe_load((folder / "dashboards/sge.yml").read_text())["providers"]
    assert any(
        boards["options"]["path"].startswith(volume.split(":")[1] + "/")
        for volume in services()["grafana"]["volumes"]
    )


def test_a_process_is_given_the_time_that_its_stopping_takes() -> None:
    stopping = TransportSettings().leave_seconds + UVICORN_GRACE_SECONDS
    for name in ("api-1", "api-2"):
        assert seconds(services()[name]["stop_grace_period"]) > stopping
    (shutdown,) = re.findall(r"worker_shutdown_timeout (\d+)s", (NGINX / "nginx.conf").read_text())
    assert seconds(services()["nginx"]["stop_grace_period"]) > int(shutdown) > stopping
    assert composition()["services"]["worker"]["stop_grace_period"]


def test_the_port_of_the_settings_is_the_one_that_is_documented() -> None:
    assert WebSettings().api_port == port_of("api-1")
