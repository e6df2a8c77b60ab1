"""Follows the chain of an exported audit log, one line in memory at a time, with nothing else at hand."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from app.domain.audit_lines import EndLine, FileHead, SealedLine, UnsealedLine
from app.domain.seals import SealStream, genesis, seal_hash


@dataclass
class AuditChain:
    """Follows the chain through a file's lines, one in memory at a time. Each fault is a sentence for a person.

    n, hash: of the last row that follows. kept: a hash that somebody noted before; kept_at: its row, once it came.
    """

    head: FileHead
    kept: bytes | None = None
    kept_at: int | None = None
    n: int = field(init=False)
    hash: bytes = field(init=False)
    rows: int = 0
    unsealed: int = 0
    ended: bool = False

    def __post_init__(self) -> None:
        self.n, self.hash = self.head.after, self.head.previous_hash
        self._note_kept()

    def begin(self) -> Iterator[str]:
        """Whether a chain from its first row begins with its program."""
        start = genesis(SealStream.AUDIT, self.head.program)
        if self.head.after == 0 and self.head.previous_hash != start:
            yield "the first line's previousHash is not that of this program's first row"

    def take(self, line: SealedLine | UnsealedLine | EndLine) -> Iterator[str]:
        """What is wrong with the next line."""
        if self.ended:
            yield "there is something after the last line"
        elif isinstance(line, SealedLine):
            yield from self._take_row(line)
        elif isinstance(line, EndLine):
            yield from self._take_end(line)
        else:
            self.unsealed += 1

    def finish(self, least_rows: int | None) -> Iterator[str]:
        """What only the end shows. least_rows: a number of rows that was there before."""
        if not self.ended:
            yield "the last line is missing: the file was cut off"
        if self.kept is not None and self.kept_at is None:
            yield (
                "the head that you gave is not in this chain: rows were removed from its end, or it was written anew"
            )
        if least_rows is not None and self.n < least_rows:
            yield f"it ends at row {self.n}, and row {least_rows} was there before"

    def _take_row(self, row: SealedLine) -> Iterator[str]:
        self.rows += 1
        if self.unsealed:
            yield f"row {row.n}: it stands after rows that are not sealed"
        if row.content is None:
            yield f"row {row.n}: what was sealed is gone"
        elif seal_hash(row.previous_hash, row.n, sha256(row.content).digest()) != row.hash:
            yield f"row {row.n}: it was changed, its content does not have its hash"
        yield from self._place(row)

    def _place(self, row: SealedLine) -> Iterator[str]:
        """Whether it follows the row before; one that was met already, or passed over, moves nothing on."""
        n = row.n
        if n <= self.n:
            yield f"row {n}: it stands after row {self.n}: moved, inserted or there twice"
            return
        if n > self.n + 1:
            gone = f"row {n - 1} is" if n == self.n + 2 else f"rows {self.n + 1} to {n - 1} are"
            yield f"{gone} missing before row {n}"
        elif row.previous_hash != self.hash:
            yield f"row {n}: it does not follow row {self.n}: one of the two was changed or put there"
        self.n, self.hash = n, row.hash
        self._note_kept()

    def _take_end(self, end: EndLine) -> Iterator[str]:
        self.ended = True
        if end.rows != self.rows:
            yield f"the last line says {end.rows} rows, and there are {self.rows}"
        if end.unsealed != self.unsealed:
            yield f"the last line says {end.unsealed} unsealed rows, and there are {self.unsealed}"
        if end.head != self.hash:
            yield "the last line's head is not the hash of the last row"

    def _note_kept(self) -> None:
        if self.kept == self.hash:
            self.kept_at = self.n
