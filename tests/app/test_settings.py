"""Settings stop a process at once, name what is wrong, and never show a secret."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from dotenv import dotenv_values

from app.settings import PREFIX, Settings, SettingsMistake, load_settings
from app.settings.needs import Process
from sge.embedded.project import PROJECT

EXAMPLE = PROJECT / ".env.example"
# Read by the embedded services, which run without any settings of a process.
OF_THE_TOOLS = {"SGE_REDIS_SERVER", "SGE_ANVIL"}
CHAIN: dict[str, Any] = {
    "chain_id": 31337,
    "name": "anvil",
    "rpc_urls": ["http://127.0.0.1:8545/key-of-the-provider"],
    "gateway": "0x" + "1" * 40,
    "identity": "0x" + "2" * 40,
    "confirmations": 2,
    "tokens": [
        {"code": "USDC", "address": "0x" + "3" * 40, "decimals": 6, "name": "USDC", "version": "2"}
    ],
}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of the machine, and no .env of the checkout."""
    for name in dotenv_values(EXAMPLE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def names(settings: type[Settings]) -> set[str]:
    return {f"{PREFIX}{name.upper()}" for name in settings.model_fields}


def test_the_example_documents_every_setting_and_nothing_else() -> None:
    assert set(dotenv_values(EXAMPLE)) == names(Settings) | OF_THE_TOOLS


def test_the_example_is_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in dotenv_values(EXAMPLE).items():
        monkeypatch.setenv(name, value or "")
    assert load_settings().chains[0].tokens[0].code == "USDC"


@pytest.mark.parametrize(
    ("process", "missing"),
    [
        (
            "api",
            (
                "SGE_DATABASE_API_URL SGE_DATABASE_FEED_URL SGE_REDIS_URL SGE_CHAINS SGE_SECRET_KEY "
                "SGE_ENCRYPTION_KEY"
            ),
        ),
        (
            "worker",
            "SGE_DATABASE_WORKER_URL SGE_REDIS_URL SGE_CHAINS SGE_RELAYER_KEYS SGE_ENCRYPTION_KEY",
        ),
        ("scheduler", "SGE_DATABASE_WORKER_URL SGE_REDIS_URL"),
        ("migrate", "SGE_DATABASE_OWNER_URL"),
    ],
)
def test_a_process_names_all_it_misses(process: Process, missing: str) -> None:
    with pytest.raises(SettingsMistake) as refused:
        load_settings().require_for(process)
    assert re.findall(r"^SGE_\w+(?=:)", str(refused.value), re.MULTILINE) == missing.split()


def test_a_chain_without_its_contracts_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SGE_CHAINS", json.dumps([CHAIN | {"gateway": None}]))
    with pytest.raises(SettingsMistake, match="SGE_CHAINS: at least one chain with gateway"):
        load_settings().require_for("worker")


def test_a_complete_process_starts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f"0x{'a' * 64}\n{'b' * 64}\n")
    monkeypatch.setenv("SGE_DATABASE_WORKER_URL", "postgresql://sge_worker:word@host/sge")
    monkeypatch.setenv("SGE_REDIS_URL", "redis://host")
    monkeypatch.setenv("SGE_CHAINS", json.dumps([CHAIN]))
    monkeypatch.setenv("SGE_RELAYER_KEYS_FILE", str(keys))
    monkeypatch.setenv("SGE_ENCRYPTION_KEY", "e" * 32)
    settings = load_settings().require_for("worker")
    found = [key.get_secret_value() for key in settings.relayer_private_keys()]
    assert found == ["0x" + "a" * 64, "b" * 64]


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"SGE_API_PORT": "no"}, "SGE_API_PORT: "),
        ({"SGE_CHAINS": "{"}, "SGE_CHAINS: is not JSON"),
        ({"SGE_CHAINS": json.dumps([CHAIN, CHAIN])}, "SGE_CHAINS names a chain id twice"),
        (
            {"SGE_CHAINS": json.dumps([CHAIN | {"gateway": "0x12"}])},
            "SGE_CHAINS[0].gateway: ",
        ),
        ({"SGE_CHAINS": json.dumps([CHAIN | {"colour": 1}])}, "SGE_CHAINS[0].colour: "),
        ({"SGE_SECRET_KEY": "short"}, "SGE_SECRET_KEY must have at least 32"),
        (
            {"SGE_WEBHOOKS_ALLOW_LOOPBACK": "true", "SGE_ENVIRONMENT": "production"},
            "SGE_WEBHOOKS_ALLOW_LOOPBACK is for development",
        ),
        ({"SGE_ENCRYPTION_KEY": "short"}, "SGE_ENCRYPTION_KEY must have at least 32"),
        (
            {"SGE_RELAYER_KEYS": "a", "SGE_RELAYER_KEYS_FILE": "b"},
            "set SGE_RELAYER_KEYS or SGE_RELAYER_KEYS_FILE, not both",
        ),
    ],
)
def test_a_mistake_is_named(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], said: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsMistake, match=re.escape(said)):
        load_settings()


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SGE_DATABASE_API_URL", "postgresql://sge_api:hidden-word@host/sge")
    monkeypatch.setenv("SGE_RELAYER_KEYS", "hidden-key")
    monkeypatch.setenv("SGE_SECRET_KEY", "hidden" * 8)
    monkeypatch.setenv("SGE_ENCRYPTION_KEY", "hidden" * 8)
    monkeypatch.setenv("SGE_CHAINS", json.dumps([CHAIN]))
    shown = repr(load_settings()) + str(load_settings())
    assert "hidden" not in shown
    assert "key-of-the-provider" not in shown


def test_a_mistake_does_not_show_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SGE_CHAINS", json.dumps([CHAIN | {"rpc_urls": "hidden"}]))
    monkeypatch.setenv("SGE_SECRET_KEY", "hidden")
    with pytest.raises(SettingsMistake) as refused:
        load_settings()
    assert "hidden" not in str(refused.value)


def test_the_schema_is_hidden_in_production_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().shows_schema
    monkeypatch.setenv("SGE_ENVIRONMENT", "production")
    assert not load_settings().shows_schema
    monkeypatch.setenv("SGE_INTROSPECTION", "true")
    assert load_settings().shows_schema
