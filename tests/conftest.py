"""Fixtures of all tests: real servers, started by the same code as the demo's."""

pytest_plugins = [
    "tests.fixtures.folders",
    "tests.fixtures.cluster",
    "tests.fixtures.databases",
    "tests.fixtures.queues",
    "tests.fixtures.chains",
    "tests.fixtures.stack",
    "tests.fixtures.javascript",
]
