"""The lines of an audit log's export (docs/audit.md), as somebody else may have written them."""

import json
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.domain.strict_json import MalformedDocument

FORMAT = "sge.audit"
VERSION = 1
LONGEST_LINE = 16 * 1024 * 1024
_NO_LINE = "is not one flat JSON object a line"
_MOST = 2**63 - 1
_HASH = re.compile(r"0x[0-9a-f]{64}", re.ASCII)
# No value of a line holds others: a parser that goes down into what somebody nested a million deep may never come back.
_FLAT = re.compile(rb'\s*+\{(?:[^"{}\[\]]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+\}\s*+', re.DOTALL)
_HEAD = frozenset({"format", "version", "program", "after", "previousHash"})
_SEALED = frozenset({"n", "previousHash", "hash", "content"})
_UNSEALED = frozenset({"content"})
_END = frozenset({"rows", "unsealed", "head"})


@dataclass(frozen=True, slots=True)
class FileHead:
    """The first line. after: the number of the row before the first one; previous_hash: that one's hash."""

    program: UUID
    after: int
    previous_hash: bytes


@dataclass(frozen=True, slots=True)
class SealedLine:
    """A row of the chain. content: the bytes that were hashed; None: the row itself is gone."""

    n: int
    previous_hash: bytes
    hash: bytes
    content: bytes | None


@dataclass(frozen=True, slots=True)
class UnsealedLine:
    """A row that is too young to have a place in the chain."""

    content: bytes


@dataclass(frozen=True, slots=True)
class EndLine:
    """The last line: how many rows there are of each sort, and the hash of the last sealed one."""

    rows: int
    unsealed: int
    head: bytes


def read_head(line: bytes) -> FileHead:
    """The first line. Raises MalformedDocument."""
    members = _members(line)
    if members.keys() != _HEAD or members["format"] != FORMAT:
        raise MalformedDocument("", "does not begin as the export of an audit log")
    if members["version"] != VERSION or isinstance(members["version"], bool):
        raise MalformedDocument("version", f"is not {VERSION}: a newer `sge` may read it")
    return FileHead(_program(members), _number(members, "after"), _hash(members, "previousHash"))


def read_hash(text: str) -> bytes | None:
    """A hash as the file writes it; None when it is none."""
    return bytes.fromhex(text[2:]) if _HASH.fullmatch(text) else None


def read_line(line: bytes) -> SealedLine | UnsealedLine | EndLine:
    """Any other line. Raises MalformedDocument."""
    members = _members(line)
    if members.keys() == _SEALED:
        return SealedLine(
            _number(members, "n"),
            _hash(members, "previousHash"),
            _hash(members, "hash"),
            None if members["content"] is None else _content(members),
        )
    if members.keys() == _UNSEALED:
        return UnsealedLine(_content(members))
    if members.keys() == _END:
        return EndLine(
            _number(members, "rows"), _number(members, "unsealed"), _hash(members, "head")
        )
    raise MalformedDocument("", "is no row of an audit log")


def _members(line: bytes) -> dict[str, Any]:
    if not _FLAT.fullmatch(line):
        raise MalformedDocument("", _NO_LINE)
    try:
        found: dict[str, Any] = json.loads(line.decode("utf-8"), object_pairs_hook=_once)
    except ValueError:
        raise MalformedDocument("", _NO_LINE) from None
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """No member twice: readers would disagree about which of them counts."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _number(members: dict[str, Any], name: str) -> int:
    value = members[name]
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST:
        raise MalformedDocument(name, "is no number of a row")
    return value


def _hash(members: dict[str, Any], name: str) -> bytes:
    value = members[name]
    found = read_hash(value) if isinstance(value, str) else None
    if found is None:
        raise MalformedDocument(name, "is not 0x and 64 digits of lower-case hexadecimal")
    return found


def _content(members: dict[str, Any]) -> bytes:
    value = members["content"]
    if not isinstance(value, str):
        raise MalformedDocument("content", "is no text")
    try:
        return value.encode("utf-8")
    except UnicodeEncodeError:
        raise MalformedDocument("content", "is no text of Unicode") from None


def _program(members: dict[str, Any]) -> UUID:
    try:
        found = UUID(members["program"])
    except (ValueError, AttributeError, TypeError):
        found = None
    if found is None or str(found) != members["program"]:
        raise MalformedDocument("program", "is no uuid")
    return found
