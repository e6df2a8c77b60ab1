"""The Dockerfile, read line by line."""

import shlex
from dataclasses import dataclass, field
from pathlib import Path

from sge.embedded.project import PROJECT

FILE = PROJECT / "Dockerfile"


@dataclass
class Stage:
    """One FROM and what follows it. copies: (stage or None, sources, destination)."""

    image: str
    name: str
    copies: list[tuple[str | None, list[str], str]] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    others: dict[str, str] = field(default_factory=dict)


def stages() -> list[Stage]:
    found: list[Stage] = []
    for line in _lines():
        word, _, rest = line.partition(" ")
        if word == "FROM":
            image, *named = rest.split(" AS ")
            found.append(Stage(image, named[0] if named else ""))
        elif word == "COPY":
            words = shlex.split(rest)
            origin = words[0].removeprefix("--from=") if words[0].startswith("--from=") else None
            *sources, destination = words[1:] if origin else words
            found[-1].copies.append((origin, sources, destination))
        elif word == "RUN":
            found[-1].runs.append(rest)
        else:
            found[-1].others[word] = rest
    return found


def copied_files(stage: Stage) -> list[Path]:
    """What comes from the checkout, relative to it."""
    return [Path(source) for origin, sources, _ in stage.copies if not origin for source in sources]


def _lines() -> list[str]:
    text = FILE.read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
