"""A deployment's file of trusted documents: right, or the process does not start."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.main import transport_settings
from app.settings import Settings, SettingsMistake
from app.trusted_documents import read_trusted_documents

TEXT = "{ viewer { wallet } }"
DIGEST = hashlib.sha256(TEXT.encode()).hexdigest()


def test_keys_with_and_without_prefix(tmp_path: Path) -> None:
    file = tmp_path / "documents.json"
    for key in (DIGEST, f"sha256:{DIGEST}"):
        file.write_text(json.dumps({key: TEXT}))
        assert read_trusted_documents(file, "X") == {f"sha256:{DIGEST}": TEXT}


@pytest.mark.parametrize(
    "content",
    [
        *[
            "",
            "[]",
            "null",
            "{",
            '{"a": 1}',
            '{"sha256:00": "{ viewer { wallet } }"}',
            "[" * 100_000,
        ],
        *[json.dumps({DIGEST.upper(): TEXT}), json.dumps({DIGEST: TEXT + " "})],
        *[json.dumps({f"md5:{DIGEST}": TEXT}), '{"00": "\\ud800"}', '{"00": null}'],
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "documents.json"
    file.write_text(content)
    with pytest.raises(SettingsMistake, match=r"^SGE_TRUSTED_DOCUMENTS_FILE: .*documents\.json"):
        transport_settings(Settings(trusted_documents_file=file, serve_page=False))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsMistake, match="No such file"):
        read_trusted_documents(tmp_path / "nothing.json", "X")


def test_nobody_is_locked_out_by_mistake() -> None:
    with pytest.raises(SettingsMistake, match="SGE_TRUSTED_DOCUMENTS_ONLY: no document"):
        transport_settings(Settings(trusted_documents_only="all", serve_page=False))


@hypothesis_settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=200)
    | st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just(DIGEST), inner),
        max_leaves=8,
    ).map(lambda value: json.dumps(value).encode())
)
def test_no_file_registers_what_it_does_not_hash(tmp_path: Path, content: Any) -> None:
    file = tmp_path / "documents.json"
    file.write_bytes(content)
    try:
        read = read_trusted_documents(file, "X")
    except SettingsMistake:
        return
    assert all(key == f"sha256:{hashlib.sha256(t.encode()).hexdigest()}" for key, t in read.items())
