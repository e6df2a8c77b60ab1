"""How many sockets and operations are open at once, of whom; refused before they cost anything.

Until its credential is known, a connection is a stranger's, counted by its network address: opening
sockets and saying nothing is no way around the limits of callers.
"""

from collections import Counter
from collections.abc import Hashable
from enum import StrEnum
from typing import TypeVar

from schema.transport.settings import TransportSettings

Key = TypeVar("Key", bound=Hashable)


class Full(StrEnum):
    """Why a connection cannot be taken."""

    ADDRESS = "Too many connections without a credential from this address"
    SERVER = "This server has as many connections as it takes"


class Admission:
    """The counts of one API process."""

    def __init__(self, settings: TransportSettings) -> None:
        self.settings = settings
        self.connections = 0
        self.strangers = 0
        self.by_address: Counter[str] = Counter()
        self.by_caller: Counter[str] = Counter()
        self.operations: Counter[Hashable] = Counter()

    def enter(self, address: str) -> "Seat | Full":
        """Count a connection from its handshake on; balance with `Seat.leave`. address: as limits count it."""
        limits = self.settings
        if self.connections >= limits.connections:
            return Full.SERVER
        if self.by_address[address] >= limits.anonymous_connections_per_address:
            return Full.ADDRESS
        if self.strangers >= limits.anonymous_connections:
            return Full.SERVER
        self.connections += 1
        self.strangers += 1
        self.by_address[address] += 1
        return Seat(self, address)


class Seat:
    """One connection's part in the counts."""

    def __init__(self, admission: Admission, address: str) -> None:
        self._admission = admission
        self._address = address
        self._actor: str | None = None

    def take(self, actor: str) -> bool:
        """From now on this is a caller's connection; False when the caller has too many."""
        counts = self._admission
        if counts.by_caller[actor] >= counts.settings.connections_per_caller:
            return False
        self._actor = actor
        counts.by_caller[actor] += 1
        counts.strangers -= 1
        _take_one(counts.by_address, self._address)
        return True

    def leave(self) -> None:
        self._admission.connections -= 1
        if self._actor is None:
            self._admission.strangers -= 1
            _take_one(self._admission.by_address, self._address)
        else:
            _take_one(self._admission.by_caller, self._actor)

    def begin_operation(self) -> bool:
        """Count an operation; False when the caller has too many. Balance with `end_operation`."""
        counts = self._admission
        if counts.operations[self._who] >= counts.settings.subscriptions_per_caller:
            return False
        counts.operations[self._who] += 1
        return True

    def end_operation(self) -> None:
        _take_one(self._admission.operations, self._who)

    @property
    def _who(self) -> Hashable:
        return (self._actor, None if self._actor else self._address)


def _take_one(counts: Counter[Key], key: Key) -> None:
    counts[key] -= 1
    if counts[key] <= 0:
        del counts[key]
