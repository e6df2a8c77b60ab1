"""Spans, from a request through the queue to the chain and the ledger; nothing at all unless somebody collects them."""

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Literal, Protocol

# W3C trace context, version 00: trace id, parent id, flags; neither id is all zeros.
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_OFF = nullcontext()

Kind = Literal["SERVER", "CLIENT", "CONSUMER", "INTERNAL"]
Attributes = Mapping[str, str | int]


class Collector(Protocol):
    """Who makes spans and sends them somewhere."""

    def span(
        self, name: str, kind: Kind, parents: Sequence[str], attributes: Attributes | None
    ) -> AbstractContextManager[object]: ...

    def traceparent(self) -> str | None: ...

    def close(self) -> None: ...


_collectors: list[Collector] = []


def start_tracing(collector: Collector) -> None:
    """From now on this process's spans go there."""
    _collectors[:] = [collector]


def stop_tracing() -> None:
    """Sends what is left; none from now on."""
    while _collectors:
        _collectors.pop().close()


def is_tracing() -> bool:
    return bool(_collectors)


def span(
    name: str,
    kind: Kind = "INTERNAL",
    *,
    parents: Sequence[str | None] = (),
    attributes: Attributes | None = None,
) -> AbstractContextManager[object]:
    """A span around the block. parents: traceparents; the first that is one is what it belongs to, the others are linked.
    Without any it belongs to the span around it. What is raised is noted in it.
    """
    if not _collectors:
        return _OFF
    good = [one for one in dict.fromkeys(parents) if one is not None and is_traceparent(one)]
    return _collectors[0].span(name, kind, good, attributes)


def is_traceparent(text: str) -> bool:
    """Whether it is one that may be gone on from."""
    return _TRACEPARENT.fullmatch(text) is not None


def current_traceparent() -> str | None:
    """Of the span around this; None without one."""
    return _collectors[0].traceparent() if _collectors else None
