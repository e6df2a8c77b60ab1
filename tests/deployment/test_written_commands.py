"""What the pages tell people to type at a deployment can be done there."""

import re

import pytest

from sge.embedded.project import PROJECT
from tests.deployment.command_lines import parses
from tests.deployment.compose import services

PAGES = [PROJECT / "deploy" / "README.md", *sorted(PROJECT.glob("docs/**/*.md"))]
_TYPED = re.compile(r"docker compose (run|exec|up|logs) ([^`\n…]+)")
_ENTRY = ["python", "-m", "sge.cli"]


def typed() -> list[tuple[str, str, tuple[str, ...]]]:
    """What compose is to do, the service, and the command line in it."""
    found = []
    for page in PAGES:
        for verb, rest in _TYPED.findall(page.read_text(encoding="utf-8")):
            words = [word for word in rest.split() if word not in {"--rm", "--detach"}]
            if verb in {"run", "exec"}:
                found.append((verb, words[0], tuple(words[1:])))
    return sorted(set(found))


def test_they_are_found() -> None:
    assert {service for _, service, _ in typed()} >= {"backup", "migrate", "api-1"}


@pytest.mark.parametrize(("verb", "service", "words"), typed())
def test_a_command_can_be_run_where_it_is_said_to_run(
    verb: str, service: str, words: tuple[str, ...]
) -> None:
    known = services()[service]
    line = list(words)
    if verb == "run":
        networks = known["networks"]
        fixed = isinstance(networks, dict) and any(networks.values())
        assert not fixed, "a second container cannot have the address of the first"
    else:
        assert "restart" in known
        assert line[: len(_ENTRY)] == _ENTRY, "the image's entry is not what `exec` runs"
        line = line[len(_ENTRY) :]
    assert not line or parses(line) is None
