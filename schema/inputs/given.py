"""Arguments that may be absent or null; both mean the same in queries."""

from collections.abc import Iterable
from enum import Enum
from typing import TypeVar
from uuid import UUID

from strawberry import UNSET

from schema.ids import IdPrefix, decode_id

T = TypeVar("T")

NOBODY = UUID(int=0)
"""Matches no row: what a filter by an id that cannot exist looks for."""


def given(value: T | None) -> T | None:
    """The value, or None when it is absent."""
    return None if value is UNSET else value


def values(enums: Iterable[Enum] | None) -> tuple[str, ...] | None:
    """The values of a list of enum members, or None when it is absent."""
    if enums is None or enums is UNSET:
        return None
    return tuple(member.value for member in enums)


def id_or_nothing(prefix: IdPrefix, text: str | None) -> UUID | None:
    """The id to filter by: None when absent; one that matches nothing when it is malformed or of another type."""
    if text is None or text is UNSET:
        return None
    return decode_id(prefix, text) or NOBODY
