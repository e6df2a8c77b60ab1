"""Whatever stands in the environment: settings, or a mistake that names its variable and shows no secret."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.settings import PREFIX, Settings, SettingsMistake, load_settings
from app.settings.forms import database_mistake, key_mistake, redis_mistake
from tests.app.test_settings import CHAIN

_NAMES = sorted(f"{PREFIX}{name.upper()}" for name in Settings.model_fields)
# An environment holds no zero byte, and nothing that is not UTF-8.
_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)
_NEARLY = st.sampled_from(
    ["[", "]", "{", "}", '"', ":", ",", "/", "1", "-1", "1e9", "\u0663", "true", "off", "0x", " ", "\n",
     "http://", "https://", "postgresql://", "redis://", "10.0.0.0/8", "::1", "NaN", "null", "[::1", "read", "9" * 5_000]
)  # fmt: skip
_VALUES = _TEXTS | st.lists(_NEARLY, max_size=8).map("".join)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
_SECRETS = ("_KEY", "_KEYS", "DATABASE_OWNER_URL", "DATABASE_API_URL", "REDIS_URL")


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in _NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def mistake_in(given: dict[str, str]) -> str:
    """What is said of these variables; nothing of good ones."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in given.items():
            environment.setenv(name, value)
        try:
            found = load_settings()
            found.relayer_private_keys()
        except SettingsMistake as mistake:
            return str(mistake)
    return ""


@given(st.sampled_from(_NAMES), _VALUES)
@example("SGE_CHAINS", "[" * 100_000)
@example("SGE_RATE_LIMITS", '{"a":' * 100_000)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_value_of_any_setting(name: str, value: str) -> None:
    said = mistake_in({name: value})
    assert not said or name in said
    if name.endswith(_SECRETS) and len(value) > 8:
        assert value not in said


@given(st.sampled_from(sorted(CHAIN)), _JSON)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_member_of_a_chain(member: str, value: Any) -> None:
    said = mistake_in({"SGE_CHAINS": json.dumps([CHAIN | {member: value}])})
    assert not said or said.startswith("SGE_CHAINS")


@given(_VALUES | st.text("0123456789abcdefxABCDEF_\u0663\uff11 ", min_size=60, max_size=66))
@example("\uff11" * 64)
@example("0x" + "\u0663" * 64)
def test_what_passes_as_a_key_or_an_address_is_one(text: str) -> None:
    if key_mistake(text) is None:
        assert len(bytes.fromhex(text.removeprefix("0x"))) == 32
    database_mistake(text)
    redis_mistake(text)
