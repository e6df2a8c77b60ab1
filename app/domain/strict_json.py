"""Reads a JSON document that somebody else may have written: each mistake is named by its place."""

import re
from collections.abc import Iterator
from typing import Any

_UINT = re.compile(r"-?[0-9]{1,78}", re.ASCII)
_HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})*", re.ASCII)


class MalformedDocument(ValueError):
    """What is wrong, and where, as `safeTransactions[2].payouts[0].amount`."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}" if path else problem)


class Place:
    """A value in a parsed document, and the way to it."""

    def __init__(self, value: Any, path: str = "") -> None:
        self.value = value
        self.path = path

    def wrong(self, problem: str) -> MalformedDocument:
        return MalformedDocument(self.path, problem)

    def __getitem__(self, name: str) -> "Place":
        """A member of an object, null when it is not there."""
        if not isinstance(self.value, dict):
            raise self.wrong("must be an object")
        return Place(self.value.get(name), f"{self.path}.{name}".removeprefix("."))

    def __iter__(self) -> Iterator["Place"]:
        """Each element of a list."""
        if not isinstance(self.value, list):
            raise self.wrong("must be a list")
        return (Place(one, f"{self.path}[{n}]") for n, one in enumerate(self.value))

    @property
    def absent(self) -> bool:
        return self.value is None

    def text(self, *allowed: str) -> str:
        """A short text; with `allowed`, one of these."""
        if not isinstance(self.value, str) or len(self.value) > 200 or not self.value.isprintable():
            raise self.wrong("must be a text of at most 200 characters")
        if allowed and self.value not in allowed:
            raise self.wrong(f"must be one of {', '.join(allowed)}")
        return self.value

    def integer(self, least: int, most: int) -> int:
        """A JSON integer, or one in decimal digits as text, since JavaScript loses large ones."""
        value = self.value
        if isinstance(value, str) and _UINT.fullmatch(value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.wrong(f"must be an integer from {least} to {most}")
        return value

    def units(self) -> int:
        """A uint256."""
        return self.integer(0, 2**256 - 1)

    def octets(self, length: int | None = None) -> bytes:
        """0x and hexadecimal digits, of that many bytes where it is said."""
        if not isinstance(self.value, str) or not _HEX.fullmatch(self.value):
            raise self.wrong("must be 0x and pairs of hexadecimal digits")
        found = bytes.fromhex(self.value[2:])
        if length is not None and len(found) != length:
            raise self.wrong(f"must have {length} bytes")
        return found
