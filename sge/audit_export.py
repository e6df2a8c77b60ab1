"""Reads the export of an audit log line by line, however large it is."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from rich.console import Console
from rich.progress import Progress

from app.domain.audit_chain import AuditChain
from app.domain.audit_lines import LONGEST_LINE, read_head, read_line
from app.domain.strict_json import MalformedDocument

# Below this a bar would only flash.
_LONG_FILE = 8 * 1024 * 1024
_BAR_EVERY_LINES = 1_000


@dataclass
class Verdict:
    """shown: the first faults; faults: how many there are."""

    chain: AuditChain
    shown: list[str] = field(default_factory=list)
    faults: int = 0


def check_export(
    file: Path, kept: bytes | None, least_rows: int | None, *, most_shown: int
) -> Verdict:
    """Raises MalformedDocument when it is no export at all, and OSError."""
    with file.open("rb") as content:
        chain = AuditChain(read_head(_line(content)), kept)
        verdict = Verdict(chain)
        for fault in _faults(chain, content, least_rows):
            verdict.faults += 1
            if verdict.faults <= most_shown:
                verdict.shown.append(fault)
    return verdict


def _faults(chain: AuditChain, content: BinaryIO, least_rows: int | None) -> Iterator[str]:
    yield from chain.begin()
    for number, line in enumerate(_with_bar(content), 2):
        try:
            yield from chain.take(read_line(line))
        except MalformedDocument as problem:
            yield f"line {number}: {problem}"
    yield from chain.finish(least_rows)


def _with_bar(content: BinaryIO) -> Iterator[bytes]:
    """The lines that are left, with a progress bar for people who would wait."""
    console = Console(stderr=True)
    size = os.fstat(content.fileno()).st_size
    shown = console.is_terminal and size > _LONG_FILE
    with Progress(console=console, disable=not shown, transient=True) as progress:
        bar = progress.add_task("checking", total=size)
        number = 0
        while line := _line(content):
            number += 1
            if number % _BAR_EVERY_LINES == 0:
                progress.update(bar, completed=content.tell())
            yield line


def _line(content: BinaryIO) -> bytes:
    """The next line; empty at the end. Raises MalformedDocument for one that is longer than any row."""
    line = content.readline(LONGEST_LINE + 1)
    if len(line) > LONGEST_LINE:
        raise MalformedDocument("", "has a line that is longer than any row")
    return line
