"""The hash chain, against the definition written out by hand."""

from hashlib import sha256
from uuid import UUID

from app.domain.seals import SealStream, chain, genesis, seal_hash

PROGRAM = UUID("01a20307-9bd0-7c42-9f5d-133b11473f65")


def test_the_first_seal_points_at_its_program_and_stream() -> None:
    text = b"sge seal 1\nJOURNAL\n01a20307-9bd0-7c42-9f5d-133b11473f65\n"
    assert genesis(SealStream.JOURNAL, PROGRAM) == sha256(text).digest()
    assert genesis(SealStream.AUDIT, PROGRAM) != genesis(SealStream.JOURNAL, PROGRAM)
    assert genesis(SealStream.JOURNAL, UUID(int=0)) != genesis(SealStream.JOURNAL, PROGRAM)


def test_each_seal_covers_its_row_its_number_and_all_before_it() -> None:
    start = genesis(SealStream.AUDIT, PROGRAM)
    contents = [(str(n), sha256(bytes([n])).digest()) for n in range(3)]
    seals = list(chain((7, start), contents))
    previous = start
    for n, (seal, (id_, content)) in enumerate(zip(seals, contents, strict=True), 8):
        assert (seal.n, seal.through, seal.previous_hash) == (n, id_, previous)
        assert seal.hash == sha256(previous + n.to_bytes(8) + content).digest()
        previous = seal.hash


def test_anything_else_gives_another_hash() -> None:
    content = sha256(b"row").digest()
    hashes = {
        seal_hash(b"a" * 32, 1, content),
        seal_hash(b"b" * 32, 1, content),
        seal_hash(b"a" * 32, 2, content),
        seal_hash(b"a" * 32, 1, sha256(b"other").digest()),
    }
    assert len(hashes) == 4
