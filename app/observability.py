"""Logs as JSON lines that carry the request id, and the metrics of the API process."""

import logging
import re
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, TextIO, cast
from uuid import uuid4

import orjson
import structlog
from prometheus_client import PLATFORM_COLLECTOR, REGISTRY, Gauge, Histogram

from app.redaction import redact

# What a caller may choose as request id: nothing that could forge a log line or a header.
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")

# Which Python serves is nobody's business.
REGISTRY.unregister(PLATFORM_COLLECTOR)

API_REQUEST_SECONDS = Histogram(
    "sge_api_request_duration_seconds",
    "Seconds from a read request to its answer, by root field.",
    ["operation"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
SUBSCRIPTIONS_ACTIVE = Gauge("sge_subscriptions_active", "Subscriptions that are open now.")
EVENTS_LAG_SECONDS = Gauge(
    "sge_events_lag_seconds",
    "Seconds between an event and its hand-over to this process's subscribers.",
)


class _StandardError:
    """Whatever standard error is when a line is written: it may be another one when commands run one after the other in
    a process, and loggers are kept.
    """

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def configure_logging(level: str = "INFO") -> None:
    """One JSON object a line on standard error; the standard library's loggers join in."""
    stream = _StandardError()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_dump),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(file=cast("TextIO", stream)),
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_StandardLibraryLine())
    # Libraries tell everything at debug level: addresses that carry keys, headers, what is signed.
    quiet = max(logging.getLevelName(level), logging.INFO)
    logging.basicConfig(level=quiet, handlers=[handler], force=True)
    # It names every address that it calls, and a provider's address carries its key.
    logging.getLogger("httpx").setLevel(logging.WARNING)


def _dump(event: Mapping[Any, Any], **_: object) -> str:
    """One line, whatever is told: a log call that fails would turn a caller's odd text into a fault of ours."""
    try:
        line = orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:  # half a surrogate pair, an integer beyond 64 bits, nesting, keys or values that have no text
        line = orjson.dumps({_as_text(name): _as_text(value) for name, value in event.items()})
    return redact(line.decode())


def _as_text(value: object) -> str:
    try:
        text = value if isinstance(value, str) else repr(value)
    except Exception:  # noqa: BLE001  whatever a value's own code raises
        text = f"<{type(value).__name__}>"
    return text.encode("utf-8", "backslashreplace").decode()


class _StandardLibraryLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            **structlog.contextvars.get_contextvars(),
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "timestamp": _as_structlog(record.created),
        }
        if record.exc_info:
            line["exception"] = self._told(record)
        return _dump(line)

    def _told(self, record: logging.LogRecord) -> str:
        """Where it happened too, when it is an error: a pool that connects again warns with a page of calls each time."""
        assert record.exc_info is not None
        kind, problem, _ = record.exc_info
        if record.levelno >= logging.ERROR or kind is None:
            return self.formatException(record.exc_info)
        return f"{kind.__name__}: {problem}"


def choose_request_id(offered: str | None) -> str:
    """Keep the caller's id when it is harmless, else make one."""
    if offered is not None and _REQUEST_ID.fullmatch(offered):
        return offered
    return uuid4().hex


def _as_structlog(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def request_logging(request_id: str) -> AbstractContextManager[None]:
    """Bind the request id to every log line of this task and what it starts."""
    return structlog.contextvars.bound_contextvars(request_id=request_id)
