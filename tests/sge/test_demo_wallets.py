"""GET /demo/wallets: the demo's keys, for pages of this machine; the demo's API process serves it, and no other has it."""

import json
from dataclasses import asdict
from pathlib import Path

import httpx
import pytest

from app.main import create_app
from app.settings import Settings
from schema.transport.settings import TransportSettings
from sge.demo.people import described_people
from sge.demo.programs import PROGRAMS
from sge.demo.serve_api import require_test_chain
from sge.demo.wallet_route import wallets_route
from sge.demo.wallets import DemoKeys, ProgramKeys, account, kept_keys, new_keys
from sge.failures import CannotStart
from tests.transport.tiny_runtime import TinyRuntime
from tests.transport.tiny_schema import SCHEMA

# The demo's names, and one more, to see that the route does not rely on them.
SETTINGS = TransportSettings(
    accepted_hosts=frozenset({"127.0.0.1", "localhost", "::1", "evil.example"})
)
CHAIN = {
    "chain_id": 31337,
    "name": "anvil",
    "rpc_urls": ["http://127.0.0.1:1"],
    "confirmations": 2,
    "gateway": "0x" + "1" * 40,
    "identity": "0x" + "2" * 40,
    "multisend": "0x" + "4" * 40,
    "tokens": [
        {"code": "USD", "address": "0x" + "3" * 40, "decimals": 6, "name": "a", "version": "2"}
    ],
}


@pytest.fixture
def keys() -> DemoKeys:
    counts = [len(plan.affiliates) for plan in PROGRAMS]
    return DemoKeys([ProgramKeys(new_keys(3), new_keys(count)) for count in counts])


@pytest.fixture
def people(tmp_path: Path, keys: DemoKeys) -> Path:
    path = tmp_path / "demo-wallets.json"
    path.write_text(json.dumps(described_people(keys)))
    return path


def demo_client(people: Path, peer: str = "127.0.0.1") -> httpx.AsyncClient:
    app = create_app(
        TinyRuntime(), SCHEMA, SETTINGS, serve_page=False, routes=[wallets_route(people)]
    )
    transport = httpx.ASGITransport(app=app, client=(peer, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")


async def test_the_page_of_this_machine_gets_them(people: Path, keys: DemoKeys) -> None:
    async with demo_client(people) as client:
        answer = await client.get("/demo/wallets", headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in answer.headers
    told = answer.json()
    assert told["chainId"] == "31337"
    by_name = {each["name"]: each for each in told["wallets"]}
    first = by_name["Owner 1 of Aurora Academy"]
    assert first["roles"] == ["ADMIN", "OWNER"]
    assert first["program"] == {"slug": "aurora", "name": "Aurora Academy"}
    assert first["address"] == account(keys.programs[0].owners[0]).address
    assert by_name["Owner 2 of Borealis Club"]["roles"] == ["OWNER"]
    assert by_name["Northern Lights"]["referralCode"] == "NORTH"
    assert by_name["Operator of the platform"]["program"] is None
    assert by_name["Customer 1 of Borealis Club"]["roles"] == ["CLIENT"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8000", "[::1]:8000", "LOCALHOST"])
async def test_a_name_of_this_machine_will_do(people: Path, host: str) -> None:
    async with demo_client(people) as client:
        answer = await client.get("/demo/wallets", headers={"host": host})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 403),  # DNS rebinding, behind a check of hosts that lets it pass
        ({"host": "127.0.0.1.evil.example"}, 421),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:9000"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"x-forwarded-for": "127.0.0.1"}, 403),
        ({"forwarded": "for=127.0.0.1"}, 403),
        ({"via": "1.1 tunnel"}, 403),
    ],
)
async def test_strangers_are_refused(people: Path, headers: dict[str, str], status: int) -> None:
    async with demo_client(people) as client:
        answer = await client.get("/demo/wallets", headers=headers)
    assert answer.status_code == status
    assert "privateKey" not in answer.text
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("peer", ["192.168.1.7", "10.0.0.1", "::ffff:8.8.8.8"])
async def test_the_network_is_refused(people: Path, peer: str) -> None:
    async with demo_client(people, peer) as client:
        answer = await client.get("/demo/wallets")
    assert answer.status_code == 403
    assert answer.headers["cache-control"] == "no-store"


async def test_before_there_are_any_it_says_so(tmp_path: Path) -> None:
    async with demo_client(tmp_path / "nothing.json") as client:
        answer = await client.get("/demo/wallets")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"


async def test_an_api_process_has_no_such_route() -> None:
    app = create_app(TinyRuntime(), SCHEMA, SETTINGS, serve_page=False)
    transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        assert (await client.get("/demo/wallets")).status_code == 404


@pytest.mark.parametrize(
    ("chains", "host", "said"),
    [
        ([CHAIN | {"chain_id": 1}], "127.0.0.1", "chain 31337 and no other"),
        ([CHAIN, CHAIN | {"chain_id": 1}], "127.0.0.1", "chain 31337 and no other"),
        ([CHAIN], "0.0.0.0", "at 127.0.0.1 only"),
    ],
)
def test_it_serves_the_test_chain_of_this_machine_only(
    chains: list[dict[str, object]], host: str, said: str
) -> None:
    settings = Settings.model_validate({"chains": chains, "api_host": host})
    with pytest.raises(CannotStart, match=said):
        require_test_chain(settings)
    require_test_chain(Settings.model_validate({"chains": [CHAIN]}))


def test_a_folder_of_an_older_demo_gets_an_operator_for_good(
    tmp_path: Path, keys: DemoKeys
) -> None:
    path = tmp_path / "demo-keys.json"
    stored = asdict(keys)
    del stored["operator"]
    path.write_text(json.dumps(stored))
    counts = [len(plan.affiliates) for plan in PROGRAMS]
    again = kept_keys(path, counts)
    assert again.deployer == keys.deployer
    assert kept_keys(path, counts) == again
