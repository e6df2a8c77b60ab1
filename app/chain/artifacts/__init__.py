"""Compiled contracts: the committed JSON that contracts/compile.mjs writes."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Artifact:
    """One compiled contract. `abi` is shared between callers: read it, never change it."""

    name: str
    abi: list[dict[str, Any]]
    bytecode: str
    deployed_bytecode: str


def parse_artifact(content: bytes) -> Artifact:
    """Read the JSON of one artefact."""
    fields = orjson.loads(content)
    return Artifact(
        name=fields["name"],
        abi=fields["abi"],
        bytecode=fields["bytecode"],
        deployed_bytecode=fields["deployedBytecode"],
    )


@cache
def load_artifact(name: str) -> Artifact:
    """The contract of that name, e.g. `SettlementGateway`; FileNotFoundError when there is none."""
    return parse_artifact(files(__package__).joinpath(f"{name}.json").read_bytes())
