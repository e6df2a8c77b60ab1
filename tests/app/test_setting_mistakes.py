"""A wrong value of any setting stops the process: its name, what is wrong, and an example that .env.example shows too."""

import re
from pathlib import Path
from typing import Literal

import pytest
from dotenv import dotenv_values

from app.settings import PREFIX, Settings, SettingsMistake, load_settings
from app.settings.examples import EXAMPLES, example_of
from app.settings.needs import NEEDS
from app.settings.secret_files import secrets_of
from sge.embedded.project import PROJECT

EXAMPLE_FILE = PROJECT / ".env.example"
FIELDS = Settings.model_fields
# Any text may be right as far as a reader can tell; the commands that need them look closer (`mistakes_for`).
READ_LATER = {
    "relayer_keys",
    "relayer_keys_file",
    "trusted_documents_file",
    "api_host",
    "postgres_programs",
    "metrics_host",
}
ADDRESSES = {name for name in FIELDS if name.startswith("database_") and name.endswith("_url")}
WRONG_TEXT = {
    "public_url": "nowhere",
    "allowed_hosts": "https://a.example",
    "cors_origins": "a.example/",
    "login_origins": "a.example/",
    "chains": "{}",
    "operator_wallets": "0x12",
    "rate_limits": "[]",
    "trusted_proxies": "10.0.0.0/99",
    "secret_key": "short",
    "encryption_key": "short",
    "watched_folders": "/no/such/folder",
}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in dotenv_values(EXAMPLE_FILE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def shown(name: str) -> str:
    return f"example: {PREFIX}{name.upper()}={example_of(name, FIELDS[name].default)}"


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_every_setting_has_an_example_and_the_file_shows_it(name: str) -> None:
    example = example_of(name, FIELDS[name].default)
    assert example not in {"", "()"}
    text = EXAMPLE_FILE.read_text(encoding="utf-8")
    line = text.index(f"\n{PREFIX}{name.upper()}=")
    blocks = text[: text.index("\n", line + 1)].split("\n\n")[-1]
    assert example in blocks or example.strip('{}"') in blocks, name


@pytest.mark.parametrize("name", sorted(set(FIELDS) - READ_LATER - ADDRESSES - {"redis_url"}))
def test_a_wrong_value_is_named_with_an_example(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    wrong = WRONG_TEXT.get(name, "what nobody would set")
    monkeypatch.setenv(f"{PREFIX}{name.upper()}", wrong)
    with pytest.raises(SettingsMistake) as refused:
        load_settings()
    said = str(refused.value)
    assert said.startswith(f"{PREFIX}{name.upper()}"), said
    assert shown(name) in said


@pytest.mark.parametrize("command", sorted(NEEDS))
def test_a_missing_setting_is_named_with_an_example(command: str) -> None:
    with pytest.raises(SettingsMistake) as refused:
        load_settings().require_for(command)  # type: ignore[arg-type]
    heading, *lines = str(refused.value).splitlines()
    assert heading == f"`sge {command}` needs settings:"
    for name, line in zip(NEEDS[command], lines, strict=True):  # type: ignore[index]
        assert line.startswith(f"{PREFIX}{name.upper()}: ")
        assert shown(name) in line


def test_examples_of_settings_that_are_read_at_once_are_right(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = {"chains", "secret_key", "encryption_key", "watched_folders", "relayer_keys"}
    for name in set(EXAMPLES) - told - {"relayer_keys_file"}:
        monkeypatch.setenv(f"{PREFIX}{name.upper()}", EXAMPLES[name])
    assert load_settings().mistakes_for("migrate") == []


def test_every_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stored = dotenv_values(EXAMPLE_FILE)
    assert {"database_api_url", "redis_url", "secret_key", "chains"} <= secrets_of(Settings)
    for name in secrets_of(Settings):
        file = tmp_path / name
        address = EXAMPLES[name] if name.endswith("_url") else "s" * 32
        file.write_text((stored[f"{PREFIX}{name.upper()}"] or address) + "\n")
        monkeypatch.setenv(f"{PREFIX}{name.upper()}_FILE", str(file))
    settings = load_settings()
    assert settings.secret_key is not None
    assert settings.secret_key.get_secret_value() == "s" * 32
    assert settings.chains[0].chain_id == 84532
    assert settings.mistakes_for("api") == []


def test_an_empty_file_is_a_secret_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "empty").write_text("\n")
    for name in ("ALERT_WEBHOOK_URL", "REDIS_URL"):
        monkeypatch.setenv(f"{PREFIX}{name}_FILE", str(tmp_path / "empty"))
    settings = load_settings()
    assert settings.alert_webhook_url is None
    assert any("SGE_REDIS_URL: Redis" in line for line in settings.mistakes_for("scheduler"))


@pytest.mark.parametrize("command", ["api", "worker", "scheduler"])
def test_whoever_may_ask_the_replica_is_told_that_its_address_is_none(
    monkeypatch: pytest.MonkeyPatch, command: Literal["api", "worker", "scheduler"]
) -> None:
    monkeypatch.setenv("SGE_DATABASE_READ_URL", "mysql://replica/sge")
    told = "\n".join(load_settings().mistakes_for(command))
    assert "SGE_DATABASE_READ_URL: " in told


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        (
            {"SGE_SECRET_KEY": "x" * 32, "SGE_SECRET_KEY_FILE": "/dev/null"},
            "set SGE_SECRET_KEY or SGE_SECRET_KEY_FILE, not both",
        ),
        ({"SGE_REDIS_URL_FILE": "/none"}, "SGE_REDIS_URL_FILE: /none: No such file or directory"),
        ({"SGE_CHAINS_FILE": "/etc/hostname"}, "SGE_CHAINS_FILE: the file is not JSON"),
    ],
)
def test_a_wrong_file_of_a_secret_is_named(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], said: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsMistake, match=re.escape(said)):
        load_settings()
