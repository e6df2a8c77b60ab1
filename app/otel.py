"""Spans by OpenTelemetry, sent as OTLP over HTTP. Imported only where a setting says so: others neither load nor call it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanContext, TraceFlags

from app.tracing import Attributes, Kind

_MOST_LINKS = 128
_PATIENCE_SECONDS = 5
_SEND_EACH_MILLISECONDS = 1000


class OpenTelemetry:
    """endpoint: of the collector, without /v1/traces. process: whose spans these are. A collector that is away costs spans,
    never work: they are sent by a thread of their own, from a queue that is bounded.
    """

    def __init__(self, endpoint: str, process: str) -> None:
        names = {"service.name": f"sge-{process}", "service.namespace": "sge"}
        self._provider = TracerProvider(resource=Resource.create(names), shutdown_on_exit=False)
        exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=_PATIENCE_SECONDS)
        self._provider.add_span_processor(
            BatchSpanProcessor(exporter, schedule_delay_millis=_SEND_EACH_MILLISECONDS)
        )
        self._tracer = self._provider.get_tracer("sge")

    @contextmanager
    def span(
        self, name: str, kind: Kind, parents: Sequence[str], attributes: Attributes | None
    ) -> Iterator[object]:
        """As app.tracing.span says; `parents` are good ones."""
        found = [_context_of(one) for one in parents[: _MOST_LINKS + 1]]
        context = trace.set_span_in_context(trace.NonRecordingSpan(found[0])) if found else None
        with self._tracer.start_as_current_span(
            name,
            context,
            trace.SpanKind[kind],
            attributes=attributes,
            links=[trace.Link(one) for one in found[1:]],
        ) as current:
            yield current

    def traceparent(self) -> str | None:
        """Of the span around this, as W3C trace context writes it."""
        context = trace.get_current_span().get_span_context()
        if not context.is_valid:
            return None
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"

    def close(self) -> None:
        """Sends what is left."""
        self._provider.shutdown()


def _context_of(traceparent: str) -> SpanContext:
    _, trace_id, span_id, flags = traceparent.split("-")
    return SpanContext(
        int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16))
    )
