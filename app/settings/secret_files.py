"""Settings that hold secrets may come from a file: SGE_SECRET_KEY_FILE in place of SGE_SECRET_KEY, and so on."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from dotenv import dotenv_values
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

# A node's address carries its provider's key.
_ALSO = frozenset({"chains"})
_END = "_FILE"


class UnreadableSecret(ValueError):
    """A file that a variable names cannot be read, or contradicts another variable; the text names it."""


def secrets_of(settings: type[BaseSettings]) -> frozenset[str]:
    """The fields that a file may hold. A field with a `…_file` of its own reads that itself."""
    fields = settings.model_fields
    return frozenset(
        name
        for name, field in fields.items()
        if (_is_secret(field) or name in _ALSO) and f"{name}_file" not in fields
    )


class SecretFiles(PydanticBaseSettingsSource):
    """Reads each secret whose variable with _FILE at its end names a file; raises UnreadableSecret. An empty file is as
    an empty variable: not set. So a deployment may mount a secret that is optional.
    """

    def __call__(self) -> dict[str, Any]:
        given = self._variables()
        prefix = str(self.config.get("env_prefix", ""))
        found: dict[str, Any] = {}
        for name in secrets_of(self.settings_cls):
            variable = f"{prefix}{name.upper()}"
            file = given.get(variable + _END)
            text = file and read_secret(variable + _END, file, given.get(variable, ""))
            if text:
                found[name] = _decoded(name, variable + _END, text)
        return found

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Demanded by the base class, whose own `__call__` alone would ask it."""
        del field
        return None, field_name, False

    def _variables(self) -> Mapping[str, str]:
        """The environment's, upon those of the file .env."""
        stored = dotenv_values(str(self.config.get("env_file") or os.devnull))
        return {name: value or "" for name, value in stored.items()} | dict(os.environ)


def read_secret(variable: str, file: str, beside: str) -> str:
    """The file's text without the line break at its end. beside: what the variable without _FILE holds."""
    if beside:
        raise UnreadableSecret(f"set {variable.removesuffix(_END)} or {variable}, not both")
    try:
        return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "is not text"
        raise UnreadableSecret(f"{variable}: {file}: {reason}; name a readable file") from None


def _decoded(name: str, variable: str, text: str) -> Any:
    """Only text from the environment is decoded by pydantic-settings itself."""
    if name not in _ALSO:
        return text
    try:
        return json.loads(text)
    except ValueError:
        raise UnreadableSecret(f"{variable}: the file is not JSON; see .env.example") from None


def _is_secret(field: FieldInfo) -> bool:
    return SecretStr in (field.annotation, *get_args(field.annotation))
