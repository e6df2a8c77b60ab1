"""The limits of one request, or of one operation on a socket, from its address to its answer."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from schema.errors import ApiError, QueryTooCostly, RateLimited, Unauthenticated
from schema.transport.engine import Operation, RequestRefused
from schema.transport.limits.admissions import Admissions

Found = TypeVar("Found")


class RequestLimits:
    """Is told what a request turns out to be, and says what its answer has to say about limits."""

    def __init__(self, admissions: Admissions, address: str, actor: str | None = None) -> None:
        """actor: of a socket's caller, who is known already."""
        self._admissions = admissions
        self._requested = 0
        self.asker = admissions.asker(address, actor)
        self.fields: Mapping[str, str] = {}
        """HTTP's RateLimit fields."""

    @property
    def cost_limit(self) -> int:
        """What one operation of this caller may cost."""
        return self.asker.limits.cost_of_one

    def check(self) -> None:
        """Raises RateLimited for who was over a limit a moment ago, before anything is read."""
        self._admissions.check(self.asker)

    async def look_up(self, credential: object, look_up: Callable[[], Awaitable[Found]]) -> Found:
        """The caller of a credential; raises Unauthenticated, and RateLimited after too many guesses."""
        found = await self._admissions.look_up(self.asker.address, credential, look_up)
        actor = getattr(found, "actor", None)
        if actor is not None:
            self.asker = self._admissions.asker(self.asker.address, actor)
            self.check()
        return found

    def admit_document(self, characters: int) -> None:
        """Counts a document that is new to this process, before it is read; raises RateLimited."""
        self._admissions.admit_document(self.asker, characters)

    async def admit(self, operation: Operation) -> None:
        """Counts the operation; raises RateLimited, and Unauthenticated for what no stranger may start."""
        self._requested = operation.cost
        if operation.priced.for_callers and not self.asker.known:
            self._admissions.note_mistake(self.asker)
            raise Unauthenticated
        priced = operation.priced
        hits = self._admissions.hits(
            self.asker, priced.operation_class, priced.count, operation.cost
        )
        self.fields = await self._admissions.admit(self.asker, hits)

    def note_refusal(self, refusal: RequestRefused | ApiError) -> None:
        """What was refused after it cost some reading."""
        cause = refusal.cause if isinstance(refusal, RequestRefused) else refusal
        if isinstance(cause, RateLimited):
            self.fields = cause.fields
            return
        if isinstance(cause, QueryTooCostly):
            self._requested = cause.cost
        self._admissions.note_mistake(self.asker)

    @property
    def extensions(self) -> dict[str, Any]:
        """What every answer says of its cost."""
        return {"cost": self._admissions.cost_note(self.asker, self._requested)}
