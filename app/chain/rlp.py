"""Recursive length prefix, encoding only (Ethereum yellow paper, appendix B)."""

from collections.abc import Sequence

Encodable = bytes | int | Sequence["Encodable"]

_SHORT = 55


def encode_rlp(item: Encodable) -> bytes:
    """Bytes as they are, whole numbers big-endian without leading zeros, sequences as lists."""
    if isinstance(item, int):
        item = item.to_bytes((item.bit_length() + 7) // 8)
    if isinstance(item, bytes):
        if len(item) == 1 and item[0] < 0x80:
            return item
        return _prefix(len(item), 0x80) + item
    body = b"".join(encode_rlp(one) for one in item)
    return _prefix(len(body), 0xC0) + body


def _prefix(length: int, offset: int) -> bytes:
    if length <= _SHORT:
        return bytes([offset + length])
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([offset + _SHORT + len(size)]) + size
