"""Traces are off unless a setting says so, and then cost nothing; what callers send as trace context is checked."""

import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.tracing import current_traceparent, is_traceparent, span
from sge.embedded.project import PROJECT

GOOD = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_off_is_one_object_that_does_nothing() -> None:
    with span("anything", parents=[GOOD]) as current:
        assert current is None
    assert span("one") is span("another")
    assert current_traceparent() is None


@pytest.mark.long
def test_whoever_collects_nothing_loads_nothing() -> None:
    program = (
        "import sys, jobs.schedule, schema.build, sge.commands.api, sge.commands.worker;"
        # redis-py loads the API and the SDK's types by itself where they are installed.
        "sys.exit('app.otel' in sys.modules or 'google.protobuf' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, check=False)
    assert done.returncode == 0


@given(st.text(alphabet="0123456789abcdef-fF", max_size=60))
@example("00-00000000000000000000000000000000-00f067aa0ba902b7-01")
@example("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01")
@example("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
@example(GOOD + "\n")
def test_what_is_taken_as_trace_context_has_its_form(text: str) -> None:
    if is_traceparent(text):
        version, trace, parent, flags = text.split("-")
        assert (version, len(trace), len(parent), len(flags)) == ("00", 32, 16, 2)
        assert int(trace, 16)
        assert int(parent, 16)


def test_a_good_one_is_taken() -> None:
    assert is_traceparent(GOOD)
