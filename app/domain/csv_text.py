"""CSV after RFC 4180, safe to open in a spreadsheet."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

# What a spreadsheet takes for the start of a formula (OWASP, "CSV injection"), some of them in full width too.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")
_BLANKS = re.compile(r"\A[\s\ufeff]+")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?", re.ASCII)


def csv_text(rows: Iterable[Sequence[str | None]]) -> str:
    """Lines that end with CRLF; null is an empty cell.

    A cell that would be a formula gets an apostrophe in front, by which spreadsheets know a text;
    plain numbers, negative ones too, stay what they are.
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([_cell(cell) for cell in row] for row in rows)
    return text.getvalue()


def _cell(text: str | None) -> str:
    if text is None:
        return ""
    # Importing may cut blanks off, and a mark of byte order.
    shown = _BLANKS.sub("", text)
    if (text.startswith(_FORMULA) or shown.startswith(_FORMULA)) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text
