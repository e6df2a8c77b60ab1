"""The offline check of an audit log: a true file follows, and nothing done to it stays unseen."""

import json
import sys
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.audit_chain import AuditChain
from app.domain.audit_lines import read_head, read_line
from app.domain.seals import SealStream, chain, genesis
from app.domain.strict_json import MalformedDocument

PROGRAM = UUID("018f2b5c-0000-7000-8000-000000000001")


def hexed(value: bytes) -> str:
    return "0x" + value.hex()


def document(texts: list[str], unsealed: int = 0, after: int = 0) -> list[dict[str, Any]]:
    """The lines of an export with these contents; the first `after` of them are left out."""
    hashes = [(text, sha256(text.encode()).digest()) for text in texts]
    start = genesis(SealStream.AUDIT, PROGRAM)
    seals = list(chain((0, start), hashes))
    before = seals[after - 1].hash if after else start
    rows: list[dict[str, Any]] = [
        {
            "n": seal.n,
            "previousHash": hexed(seal.previous_hash),
            "hash": hexed(seal.hash),
            "content": seal.through,
        }
        for seal in seals[after:]
    ]
    head = {"format": "sge.audit", "version": 1, "program": str(PROGRAM), "after": after}
    end = {"rows": len(rows), "unsealed": unsealed, "head": hexed(seals[-1].hash)}
    fresh = [{"content": f"fresh {number}"} for number in range(unsealed)]
    return [head | {"previousHash": hexed(before)}, *rows, *fresh, end]


def check(
    lines: list[dict[str, Any]], kept: str | None = None, rows: int | None = None
) -> list[str]:
    first, *others = (json.dumps(line).encode() for line in lines)
    follower = AuditChain(read_head(first), None if kept is None else bytes.fromhex(kept[2:]))
    faults = list(follower.begin())
    for line in others:
        try:
            faults += follower.take(read_line(line))
        except MalformedDocument as problem:
            faults.append(str(problem))
    return faults + list(follower.finish(rows))


TEXTS = [f'{{"actor": "somebody", "n": {number}}}' for number in range(6)]


@pytest.mark.parametrize("unsealed", [0, 2])
@pytest.mark.parametrize("after", [0, 3])
def test_a_true_file_follows(unsealed: int, after: int) -> None:
    lines = document(TEXTS, unsealed, after)
    assert check(lines) == []
    for kept in (lines[0]["previousHash"], lines[2]["hash"], lines[-1]["head"]):
        assert check(lines, kept, rows=6) == []


def swapped(lines: list[dict[str, Any]]) -> None:
    lines[3], lines[4] = lines[4], lines[3]


def forged(lines: list[dict[str, Any]]) -> None:
    """A row of our own with a hash that fits it, in the place of number 4."""
    [*_, seal] = chain(
        (3, bytes.fromhex(lines[3]["hash"][2:])), [("forged", sha256(b"forged").digest())]
    )
    lines.insert(4, lines[4] | {"hash": hexed(seal.hash), "content": "forged"})


def reworded(lines: list[dict[str, Any]]) -> None:
    """Row 4 anew with a hash that fits it."""
    forged(lines)
    del lines[5]


BENT = {
    "changed": (lambda lines: lines[3].update(content="other"), ["row 3: it was changed"]),
    "removed": (
        lambda lines: lines.pop(3),
        ["row 3 is missing before row 4", "says 6 rows, and there are 5"],
    ),
    "several removed": (
        lambda lines: lines.__delitem__(slice(2, 4)),
        ["rows 2 to 3 are missing before row 4", "says 6 rows, and there are 4"],
    ),
    "reordered": (
        swapped,
        ["row 3 is missing before row 4", "row 3: it stands after row 4"],
    ),
    "inserted": (
        forged,
        [
            "row 4: it stands after row 4: moved, inserted or there twice",
            "row 5: it does not follow row 4",
            "says 6 rows, and there are 7",
        ],
    ),
    "changed with its hash": (reworded, ["row 5: it does not follow row 4"]),
    "twice": (
        lambda lines: lines.insert(4, lines[3]),
        ["row 3: it stands after row 3", "says 6 rows, and there are 7"],
    ),
    "gone beneath its seal": (
        lambda lines: lines[3].update(content=None),
        ["row 3: what was sealed is gone"],
    ),
    "another program": (
        lambda lines: lines[0].update(program=str(UUID(int=1))),
        ["not that of this program's first row"],
    ),
    "cut off": (lambda lines: lines.pop(), ["the last line is missing"]),
    "another head": (
        lambda lines: lines[-1].update(head="0x" + "0" * 64),
        ["the last line's head is not"],
    ),
    "more after the end": (
        lambda lines: lines.append({"content": "late"}),
        ["there is something after the last line"],
    ),
    "sealed after unsealed": (
        lambda lines: lines.insert(3, {"content": "early"}),
        [
            *(f"row {n}: it stands after rows that are not sealed" for n in (3, 4, 5, 6)),
            "says 0 unsealed rows, and there are 1",
        ],
    ),
}


@pytest.mark.parametrize("what", BENT)
def test_what_was_bent_is_named(what: str) -> None:
    lines = document(TEXTS)
    bend, words = BENT[what]
    bend(lines)
    faults = check(lines)
    assert len(faults) == len(words), faults
    for fault, expected in zip(faults, words, strict=True):
        assert expected in fault


def test_a_cut_tail_shows_against_what_was_kept() -> None:
    whole, cut = document(TEXTS), document(TEXTS[:4])
    assert check(cut) == []
    assert check(cut, kept=whole[3]["hash"], rows=4) == []
    [fault] = check(cut, kept=whole[-1]["head"])
    assert "the head that you gave is not in this chain" in fault
    [fault] = check(cut, rows=5)
    assert fault == "it ends at row 4, and row 5 was there before"


@given(st.data())
def test_no_change_of_a_byte_stays_unseen(data: st.DataObject) -> None:
    text = b"".join(json.dumps(line).encode() + b"\n" for line in document(TEXTS[:3], after=1))
    place = data.draw(st.integers(0, len(text) - 1))
    changed = bytearray(text)
    changed[place] = data.draw(st.integers(0, 255).filter(lambda byte: byte != text[place]))
    kept = document(TEXTS[:3])[2]["hash"]
    assert verdict(bytes(changed), kept) or meaning(bytes(changed)) == meaning(text)


def verdict(text: bytes, kept: str) -> list[str]:
    first, *others = text.splitlines(keepends=True)
    try:
        follower = AuditChain(read_head(first), bytes.fromhex(kept[2:]))
        faults = [fault for line in others for fault in follower.take(read_line(line))]
    except MalformedDocument as problem:
        return [str(problem)]
    return faults + list(follower.finish(3))


def meaning(text: bytes) -> list[Any]:
    """What the lines say, without the program, which only a chain from its first row can prove."""
    said = [json.loads(line) for line in text.splitlines()]
    said[0].pop("program")
    return said


@given(st.binary())
def test_no_bytes_break_the_reader(line: bytes) -> None:
    for read in (read_head, read_line):
        with pytest.raises(MalformedDocument):
            read(line)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
_NAMES = ["n", "previousHash", "hash", "content", "rows", "unsealed", "head"]
_MORE = ["format", "version", "program", "after", "previousHash"]


@given(
    st.sampled_from([_NAMES[:4], _NAMES[3:4], _NAMES[4:], _MORE]).flatmap(
        lambda names: st.fixed_dictionaries(dict.fromkeys(names, _JSON))
    )
)
def test_no_values_break_the_reader(members: dict[str, Any]) -> None:
    line = json.dumps(members | ({"format": "sge.audit"} if "format" in members else {})).encode()
    for read in (read_head, read_line):
        try:
            read(line)
        except MalformedDocument:
            continue


@pytest.fixture
def deep_recursion() -> Iterator[None]:
    """Some libraries raise Python's limit; json would then follow a deep nesting beyond the end of the stack."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10**6)
    yield
    sys.setrecursionlimit(limit)


HOSTILE = [
    b'{"n":1,"n":1,"previousHash":"","hash":"","content":""}',
    b'{"content":"\\ud800"}',
    b"[" * 1_000_000,
    b'{"content":' * 500_000,
    b'{"rows":' + b"9" * 10_000 + b',"unsealed":0,"head":""}',
    b'{"rows":1e400,"unsealed":0,"head":""}',
    b'{"rows":NaN,"unsealed":0,"head":""}',
    b'\xef\xbb\xbf{"content":""}',
    b"",
    b"\n",
    b"null",
]


@pytest.mark.parametrize("line", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_lines_are_refused(line: bytes, deep_recursion: None) -> None:  # noqa: ARG001
    with pytest.raises(MalformedDocument):
        read_line(line)
