"""docker-compose.yml, read as an engine reads it."""

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from sge.embedded.project import PROJECT

FILE = PROJECT / "docker-compose.yml"
SECRETS = "/run/secrets/"
_PROGRAM_DEFAULT = re.compile(r"\$\{(\w+):-([^}]*)\}")


@cache
def composition() -> dict[str, Any]:
    """The whole file, anchors and merges resolved."""
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return loaded


def specification() -> dict[str, Any]:
    """The compose specification's JSON schema, as check-jsonschema carries it."""
    place = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    loaded: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return loaded


def services() -> dict[str, dict[str, Any]]:
    return dict(composition()["services"])


def processes() -> dict[str, dict[str, Any]]:
    """The services that run `sge`."""
    return {name: each for name, each in services().items() if "build" in each}


def servers() -> dict[str, dict[str, Any]]:
    """Those of them that stay; the others do one thing and end."""
    return {name: each for name, each in processes().items() if each.get("restart") != "no"}


def environment(service: dict[str, Any]) -> dict[str, str]:
    """With the defaults of variables that a person may set."""
    given = service.get("environment", {})
    return {name: _PROGRAM_DEFAULT.sub(r"\2", str(value)) for name, value in given.items()}


def port_inside(published: str) -> int:
    return int(published.rpartition(":")[2])
