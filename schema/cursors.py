"""Cursors of keyset pages: the sort key of one row, packed so that nobody reads meaning into it.

A cursor only ever becomes bind parameters of one comparison, so it needs no secret. It needs to be
refused when it is damaged or belongs to another list: a checksum with the list's name and the
declared types of the key do that (docs/decisions/0034).
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any
from uuid import UUID

import orjson

from schema.errors import BadUserInput

Key = tuple[Any, ...]

_CHECKSUM_BYTES = 6
_MAXIMUM_LENGTH = 1024
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class CursorCodec:
    """Packs the sort keys of one list.

    `name` is the list's own, for example "Program.intents": a cursor of another list is refused.
    `types` are the key's columns: int, str, bool, bytes, datetime (aware) or UUID, none nullable.
    """

    def __init__(self, name: str, *types: type) -> None:
        unknown = [kind for kind in types if kind not in _TO_JSON]
        if unknown or not types:
            raise TypeError(f"A cursor cannot hold {unknown or 'nothing'}")
        self.name = name
        self.types = types
        self._person = blake2b(name.encode(), digest_size=16).digest()

    def encode(self, key: Key) -> str:
        columns = zip(self.types, key, strict=True)
        body = orjson.dumps([_TO_JSON[kind](value) for kind, value in columns])
        return urlsafe_b64encode(self._checksum(body) + body).rstrip(b"=").decode()

    def decode(self, text: str, argument: str = "after") -> Key:
        """Read a cursor back; BAD_USER_INPUT names `argument` when this list never gave it out."""
        try:
            return self._unpack(text)
        except (ValueError, OverflowError, binascii.Error):
            raise BadUserInput("This is not a cursor of this list.", [argument]) from None

    def _unpack(self, text: str) -> Key:
        if len(text) > _MAXIMUM_LENGTH:
            raise ValueError("too long")
        packed = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        checksum, body = packed[:_CHECKSUM_BYTES], packed[_CHECKSUM_BYTES:]
        if checksum != self._checksum(body):
            raise ValueError("damaged, or of another list")
        columns = zip(self.types, orjson.loads(body), strict=True)
        key = tuple(_from_json(kind, value) for kind, value in columns)
        if self.encode(key) != text:
            raise ValueError("not the one spelling")
        return key

    def _checksum(self, body: bytes) -> bytes:
        return blake2b(body, digest_size=_CHECKSUM_BYTES, person=self._person).digest()


def _microseconds(value: datetime) -> int:
    return (value - _EPOCH) // _MICROSECOND


_TO_JSON: dict[type, Any] = {
    int: str,  # a bigint may be beyond what JSON readers keep exact
    str: str,
    bool: bool,
    bytes: bytes.hex,
    datetime: _microseconds,
    UUID: str,
}


def _bigint(text: str) -> int:
    value = int(text)
    if not -(2**63) <= value < 2**63:
        raise ValueError("no column holds it")
    return value


_FROM_JSON: dict[type, tuple[type, Any]] = {
    int: (str, _bigint),
    str: (str, str),
    bool: (bool, bool),
    bytes: (str, bytes.fromhex),
    datetime: (int, lambda value: _EPOCH + value * _MICROSECOND),
    UUID: (str, UUID),
}


def _from_json(kind: type, value: Any) -> Any:
    stored, read = _FROM_JSON[kind]
    if type(value) is not stored:
        raise ValueError("another type than this key has")
    return read(value)
