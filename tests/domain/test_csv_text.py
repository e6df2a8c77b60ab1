"""CSV that every reader understands and no spreadsheet executes."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.csv_text import csv_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (None, ""),
        ("plain", "plain"),
        ('a "quoted", text', '"a ""quoted"", text"'),
        ("two\nlines", '"two\nlines"'),
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("-cmd", "'-cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        (" =1+1", "' =1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("\u3000\uff20SUM(A1)", "'\u3000\uff20SUM(A1)"),
        ("\u2003=1+1", "'\u2003=1+1"),
        ("\u202f\ufeff @SUM(A1)", "'\u202f\ufeff @SUM(A1)"),
        (" plain", " plain"),
        ("-10.000000", "-10.000000"),
        ("-10.000000 =", "'-10.000000 ="),
        ("10.5", "10.5"),
    ],
)
def test_cells(cell: str | None, written: str) -> None:
    assert csv_text([["first", cell]]) == f"first,{written}\r\n"


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=4), min_size=1, max_size=4))
def test_any_text_is_read_back_and_none_is_a_formula(rows: list[list[str]]) -> None:
    read = list(csv.reader(io.StringIO(csv_text(rows), newline="")))
    assert [len(row) for row in read] == [len(row) for row in rows]
    for row, original in zip(read, rows, strict=True):
        for cell, text in zip(row, original, strict=True):
            assert cell in (text, f"'{text}")
            assert not cell.startswith(("=", "+", "@"))
