"""Files of trusted documents: which GraphQL texts a deployment has registered, by the SHA-256 of each."""

import hashlib
from pathlib import Path

import orjson

from app.settings import SettingsMistake

_PREFIX = "sha256:"
_FORM = "is no JSON object of documents by their SHA-256"


def read_trusted_documents(file: Path, variable: str) -> dict[str, str]:
    """Texts by `sha256:` and the digest; keys of the file may leave the prefix out.

    Raises SettingsMistake, which names the variable that the file's name came from.
    """
    documents: dict[str, str] = {}
    for key, text in _entries(file, variable).items():
        if not isinstance(text, str):
            raise SettingsMistake(f"{variable}: {file}: {_FORM}")
        digest = hashlib.sha256(text.encode()).hexdigest()
        if digest != key.removeprefix(_PREFIX):
            raise SettingsMistake(f"{variable}: {file}: {key[:80]} is not the SHA-256 of its text")
        documents[f"{_PREFIX}{digest}"] = text
    return documents


def _entries(file: Path, variable: str) -> dict[str, object]:
    try:
        read = orjson.loads(file.read_bytes())
    except OSError as problem:
        raise SettingsMistake(f"{variable}: {file}: {problem.strerror}") from None
    except orjson.JSONDecodeError:
        read = None
    if not isinstance(read, dict):
        raise SettingsMistake(f"{variable}: {file}: {_FORM}")
    return read
