"""Positions in the primary's write-ahead log: what a mutation gives, so that a later read sees at least what it wrote."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Self
from uuid import UUID

_VERSION = b"\x01"
_TIMELINE_BYTES = 4
_AT_BYTES = 8
_PACKED_BYTES = len(_VERSION) + _TIMELINE_BYTES + _AT_BYTES
_TEXT_LENGTH = 18
_PAGE_BYTES = 8192
# A page begins with 24 or 40 bytes of its own (XLogPageHeaderData), and no record is shorter than 24.
_LONGEST_PAGE_HEAD = 40


class NotAPosition(ValueError):
    """The text was given by no mutation."""


@dataclass(frozen=True, slots=True, order=True)
class WritePosition:
    """Everything up to byte `at` of a timeline's log. timeline: raised whenever a copy becomes the primary."""

    timeline: int
    at: int

    @classmethod
    def written(cls, timeline: int, at: int) -> Self:
        """Where a primary writes next. Just behind a page's head there is nothing of that page yet: a replica that has
        everything then stands before the head.
        """
        into_page = at % _PAGE_BYTES
        return cls(timeline, at - into_page if into_page <= _LONGEST_PAGE_HEAD else at)

    def __str__(self) -> str:
        """As clients get it: opaque."""
        numbers = self.timeline.to_bytes(_TIMELINE_BYTES) + self.at.to_bytes(_AT_BYTES)
        return urlsafe_b64encode(_VERSION + numbers).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads what a client sends back; raises NotAPosition."""
        if len(text) != _TEXT_LENGTH:
            raise NotAPosition
        try:
            packed = urlsafe_b64decode(text.encode("ascii") + b"==")
        except (binascii.Error, UnicodeEncodeError):
            raise NotAPosition from None
        if len(packed) != _PACKED_BYTES or not packed.startswith(_VERSION):
            raise NotAPosition
        numbers = packed[len(_VERSION) :]
        found = cls(
            int.from_bytes(numbers[:_TIMELINE_BYTES]), int.from_bytes(numbers[_TIMELINE_BYTES:])
        )
        if str(found) != text:  # another writing of the same bytes
            raise NotAPosition
        return found


@dataclass(frozen=True, slots=True)
class Reader:
    """Who may be answered by a replica. actor: whose own writes of the last seconds must show; credential_id: by which it
    came, which may be as new; None when the position says it all. position: what was seen written. patience_seconds: for
    which it would rather wait for the replica than ask the primary.
    """

    actor: str | None
    credential_id: UUID | None
    position: WritePosition | None = None
    patience_seconds: float = 0.0
