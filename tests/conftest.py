"""Fixtures of all tests: real servers, started by the same code as the demo's."""

import gc
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

# As the processes do, tests print no local variables with traces: that takes minutes on data that is nested deeply.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        ),
    ]
)
# How long an example takes says how busy the machine is, not whether it is right.
settings.register_profile(
    "any machine",
    settings(),
    deadline=None,
    suppress_health_check=[*settings().suppress_health_check, HealthCheck.too_slow],
)
settings.load_profile("any machine")
_CONFIGURED = structlog.get_config()


def pytest_collection() -> None:
    """What is collected stays until the end: the collector would walk through half a million objects again and again."""
    gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def lines_as_before() -> Iterator[None]:
    """A command that a test runs sets the process's log up for itself: not for the tests that follow."""
    yield
    structlog.configure(**_CONFIGURED)


pytest_plugins = [
    "tests.fixtures.folders",
    "tests.fixtures.cluster",
    "tests.fixtures.databases",
    "tests.fixtures.queues",
    "tests.fixtures.chains",
    "tests.fixtures.javascript",
]
