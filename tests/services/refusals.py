"""Expecting refusals."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.domain.errors import Refusal


@contextmanager
def refused(code: str, *field: str, match: str = "") -> Iterator[None]:
    """The block refuses with that code, naming that field, in words that match."""
    with pytest.raises(Refusal) as caught:
        yield
    assert (caught.value.code, caught.value.field or ()) == (code, field), caught.value.message
    assert re.search(match, caught.value.message), caught.value.message
