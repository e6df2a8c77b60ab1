"""The vector files: data that others published (tests/vectors/data, each with its source)."""

import json
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent / "data"


def load(name: str) -> dict[str, Any]:
    vectors: dict[str, Any] = json.loads((_DATA / f"{name}.json").read_text())
    return vectors


def unhex(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
