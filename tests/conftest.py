"""Fixtures of all tests: real servers, started by the same code as the demo's."""

import structlog

# As the processes do, tests print no local variables with traces: that takes minutes on data that is nested deeply.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        ),
    ]
)

pytest_plugins = [
    "tests.fixtures.folders",
    "tests.fixtures.cluster",
    "tests.fixtures.databases",
    "tests.fixtures.queues",
    "tests.fixtures.chains",
    "tests.fixtures.stack",
    "tests.fixtures.javascript",
]
