"""What use cases need beside a database, where nobody waits for them."""

from datetime import UTC, datetime


class SilentBells:
    """Nobody listens."""

    async def events(self) -> None: ...

    async def jobs(self, names: frozenset[str]) -> None: ...


class SettableClock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now
