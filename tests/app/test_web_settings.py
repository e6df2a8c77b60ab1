"""Names and origins in settings: exact, or the process says which one is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.settings import Settings, SettingsMistake, load_settings
from app.settings.forms import host_mistake, origin_mistake
from schema.transport.hosts import host_of

_PARTS = st.sampled_from(
    ["https://", "http", "a.example", "[::1]", ":443", ":8080", "/", "@", "*", "A", " ", "#"]
)


@pytest.mark.parametrize(
    "origin",
    ["https://app.example", "http://127.0.0.1:5173", "https://[::1]:8443", "https://a-b.example"],
)
def test_origins_as_browsers_send_them(origin: str) -> None:
    assert origin_mistake(origin) is None


@pytest.mark.parametrize(
    "origin",
    [
        *["*", "null", "", "app.example", "https://", "https://*.app.example", "ftp://a.example"],
        *["https://app.example/", "https://App.example", "https://app.example:443"],
        *["http://app.example:80", "https://user@app.example", "https://app.example?x"],
        *["https://app.example:x", "https://[::1", "javascript://app.example"],
    ],
)
def test_near_misses_name_the_variable(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert origin_mistake(origin) is not None
    monkeypatch.setenv("SGE_CORS_ORIGINS", f"https://app.example,{origin or 'none'}")
    with pytest.raises(SettingsMistake, match=r"^SGE_CORS_ORIGINS: "):
        load_settings()


@pytest.mark.parametrize(
    "host", ["*", "*.sge.example", "https://sge.example", "a/b", "a:80", "-a", "fe80::1%eth0"]
)
def test_a_wrong_host_names_the_variable(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SGE_ALLOWED_HOSTS", f"sge.example {host}")
    with pytest.raises(SettingsMistake, match=r"^SGE_ALLOWED_HOSTS: name \d of \d "):
        load_settings()


@pytest.mark.parametrize("url", ["", "sge.example", "ftp://sge.example", "https://", "https:sge"])
def test_a_wrong_public_address_names_the_variable(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SGE_PUBLIC_URL", url or " ")
    with pytest.raises(SettingsMistake, match=r"^SGE_PUBLIC_URL: "):
        load_settings()


def test_which_names_are_ours() -> None:
    production = Settings(
        environment="production", public_url="https://SGE.example/api", allowed_hosts=("B.example",)
    )
    assert production.accepted_hosts == {"sge.example", "b.example"}
    assert {"localhost", "127.0.0.1", "::1"} <= Settings().accepted_hosts


def test_the_schema_is_shown_in_development_only_unless_it_is_said() -> None:
    assert Settings().shows_schema
    assert not Settings(environment="production").shows_schema
    assert Settings(environment="production", introspection=True).shows_schema
    assert not Settings(introspection=False).shows_schema


@given(st.text() | st.lists(_PARTS).map("".join))
def test_any_text_is_judged(text: str) -> None:
    origin_mistake(text)
    if host_mistake(text) is None:
        shown = f"[{text}]" if ":" in text else text
        assert host_of(shown) == text.lower()
