"""What a small model knows of intents."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.domain.authorization_window import SignedAuthorization


@dataclass
class Expected:
    """What the model knows of one intent."""

    id: UUID
    meaning: tuple[int, str | None]
    signatures: list[SignedAuthorization]
    status: str = "PENDING"
    version: int = 1
    code: str | None = None
    retryable: bool = False
    claimed: Any = None

    @property
    def active(self) -> bool:
        return self.status in ("PENDING", "PROCESSING")


@dataclass
class Tally:
    """How often something happened at all: a test that only meets refusals tests nothing."""

    asked: int = 0
    accepted: int = 0
    revived: int = 0
    seen: set[str] = field(default_factory=set)
