"""Hash chains over what may never change: each seal covers its row and, through its predecessor, all before it.

hash = SHA-256(previous hash, n as 8 bytes big-endian, SHA-256 of the row's content). The first predecessor is the
SHA-256 of "sge seal 1", the stream and the program's public id, each followed by a line feed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from uuid import UUID


class SealStream(StrEnum):
    """What a chain is over: a program's journals, or its audit rows."""

    JOURNAL = "JOURNAL"
    AUDIT = "AUDIT"


@dataclass(frozen=True, slots=True)
class Seal:
    """through: the id of the journal or audit row it covers."""

    n: int
    through: str
    previous_hash: bytes
    hash: bytes


def genesis(stream: SealStream, program: UUID) -> bytes:
    """What the first seal of a chain points back to."""
    return sha256(f"sge seal 1\n{stream.value}\n{program}\n".encode()).digest()


def seal_hash(previous_hash: bytes, n: int, content_hash: bytes) -> bytes:
    """The hash of seal number n."""
    return sha256(previous_hash + n.to_bytes(8) + content_hash).digest()


def chain(head: tuple[int, bytes], contents: Iterable[tuple[str, bytes]]) -> Iterator[Seal]:
    """The seals that follow a head (n, hash) for these (id, content hash), in order."""
    n, previous = head
    for through, content_hash in contents:
        n += 1
        following = seal_hash(previous, n, content_hash)
        yield Seal(n, through, previous, following)
        previous = following
