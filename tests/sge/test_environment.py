"""The demo's processes hold what they would hold in production, and no more."""

from typing import Any

import pytest

from sge.demo.environment import process_environment

ALL = {
    "SGE_DATABASE_OWNER_URL": "o",
    "SGE_DATABASE_API_URL": "a",
    "SGE_DATABASE_FEED_URL": "f",
    "SGE_DATABASE_WORKER_URL": "w",
    "SGE_RELAYER_KEYS": "r",
    "SGE_SECRET_KEY": "s",
    "SGE_ENCRYPTION_KEY": "e",
    "SGE_REDIS_URL": "redis",
}


@pytest.mark.parametrize(
    ("process", "held"),
    [("api", "aefs"), ("worker", "ewr"), ("scheduler", "w"), (None, "oaefwrs")],
)
def test_what_a_process_holds(monkeypatch: pytest.MonkeyPatch, process: Any, held: str) -> None:
    monkeypatch.setenv("SGE_CHAINS", "a developer's own")
    environment = process_environment(ALL, process)
    found = {name: value for name, value in environment.items() if name.startswith("SGE_")}
    assert sorted(found.values()) == sorted([*held, "redis"])
