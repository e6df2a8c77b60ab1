"""Expecting refusals."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.domain.errors import Refusal


@contextmanager
def refused(code: str, *field: str) -> Iterator[None]:
    """The block refuses with that code, naming that field."""
    with pytest.raises(Refusal) as caught:
        yield
    assert (caught.value.code, caught.value.field or ()) == (code, field), caught.value.message
