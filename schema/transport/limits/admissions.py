"""Whether an operation may go on: who was refused a moment ago is not asked about again."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from operator import itemgetter
from typing import TypeVar

from app.bus.limits.local import LocalLimits
from app.domain.rate_limits import Hit, OperationClass, RateLimits
from schema.context import CountsHits
from schema.errors import ApiError, RateLimited
from schema.transport.limits import asker as buckets
from schema.transport.limits.asker import Asker, asker_of
from schema.transport.limits.fields import limit_fields, refusal_fields
from schema.transport.limits.guesses import Guesses
from schema.transport.limits.memory import Memory

Found = TypeVar("Found")
_SECOND = 1_000_000
# Mistakes are told to the other processes together, this long after the first of them.
_SOON_SECONDS = 0.05
_WHAT = {
    "cost": "fields asked for",
    "documents": "characters of documents that are new here (send variables)",
}


class Admissions:
    """The limits of one API process. limiter: None admits everybody, as far as rates go."""

    def __init__(self, limits: RateLimits, limiter: CountsHits | None) -> None:
        self._limits = limits
        self._limiter = limiter
        self._over: Memory[Hit] = Memory()
        self._left: Memory[int] = Memory()
        self._mistakes = LocalLimits()
        self._documents = LocalLimits()
        self._guesses = Guesses(self._count_guess, self._forgive_guess)
        self._owed: Counter[str] = Counter()
        self._paying: asyncio.Task[None] | None = None

    def asker(self, address: str, actor: str | None) -> Asker:
        return asker_of(address, actor, self._limits)

    def hits(
        self, asker: Asker, operation_class: OperationClass, count: int, cost: int
    ) -> Sequence[Hit]:
        return buckets.hits_of(asker, self._limits, operation_class, count, cost)

    def check(self, asker: Asker) -> None:
        """Raises RateLimited when the address or the caller was over its limit a moment ago."""
        over = self._over.find(buckets.address_bucket(asker.address)) or self._over.find(
            buckets.caller_bucket(asker)
        )
        if over is not None:
            raise _rate_limited(*over)

    def recent_refusal(self, address: str, credential: bytes | None) -> ApiError | None:
        """Why a request is refused that nothing has been read of but these; None when that is not known yet."""
        if self._limiter is None:
            return None
        over = self._over.find(buckets.address_bucket(address))
        if over is None and credential is not None:
            known = self._guesses.recall(credential)
            if isinstance(known, ApiError):
                return known
            over = self._over.find(buckets.requests_bucket(known)) if known else None
        return None if over is None else _rate_limited(*over)

    def cost_of_nothing(self, address: str) -> dict[str, int]:
        """`extensions.cost` where nobody knows whose request it was."""
        return self.cost_note(self.asker(address, None), 0)

    async def look_up(
        self, address: str, credential: object, look_up: Callable[[], Awaitable[Found]]
    ) -> Found:
        """What `look_up` finds; raises as it does, and RateLimited after too many guesses from the address."""
        if self._limiter is None or not isinstance(credential, str):
            return await look_up()
        return await self._guesses.look_up(address, credential, look_up)

    async def admit(self, asker: Asker, hits: Sequence[Hit]) -> Mapping[str, str]:
        """Counts an operation and gives HTTP's fields; raises RateLimited. The one call to Redis of a request."""
        if self._limiter is None:
            return {}
        self._check_hits(asker, hits)
        verdict = await self._limiter.try_hits(hits)
        if not verdict.admitted:
            self.note_mistake(asker)
            raise self._refuse(*verdict.refused)
        left = verdict.left_of("cost")
        if left is not None:
            self._left.keep(asker.name, left, asker.limits.cost.seconds)
        return limit_fields(verdict)

    def admit_document(self, asker: Asker, characters: int) -> None:
        """Counts a document that is about to be parsed and validated, here alone: that is this process's time. Raises RateLimited."""
        if self._limiter is None:
            return
        hits = buckets.document_hits(asker, self._limits.documents, characters)
        rooms = self._documents.try_hits(hits)
        room, hit = min(zip(rooms, hits, strict=True), key=itemgetter(0))
        if room < 0:
            # The request was received, and its caller looked up.
            self.note_mistake(asker)
            raise _rate_limited(hit, -room / _SECOND)

    async def admit_address(self, address: str) -> None:
        """Counts a request that is no operation: an export, a provider's event. Raises RateLimited."""
        if self._limiter is None:
            return
        hit = Hit(buckets.address_bucket(address), "address", self._limits.address)
        over = self._over.find(hit.key)
        if over is not None:
            raise _rate_limited(*over)
        verdict = await self._limiter.try_hits((hit,))
        if not verdict.admitted:
            raise self._refuse(*verdict.refused)

    def cost_note(self, asker: Asker, requested: int) -> dict[str, int]:
        """`extensions.cost`. remaining: of the caller's budget, as this process last heard of it."""
        known = self._left.find(asker.name)
        return {
            "requested": requested,
            "limit": asker.limits.cost_of_one,
            "remaining": asker.limits.cost.amount if known is None else known[0],
        }

    def note_mistake(self, asker: Asker) -> None:
        """A refusal that cost parsing or a look-up: after too many of them the next ones cost neither."""
        bucket = buckets.caller_bucket if asker.known else buckets.address_of
        self._count_mistake(bucket(asker), asker.address)

    def _count_guess(self, address: str) -> None:
        bucket = buckets.address_bucket(address)
        self._count_mistake(bucket, address)
        over = self._over.find(bucket)
        if over is not None:
            raise _rate_limited(*over)

    def _forgive_guess(self, address: str) -> None:
        """It was none: many people with good credentials may share an address."""
        hit = Hit(buckets.address_bucket(address), "mistakes", self._limits.mistakes)
        self._mistakes.give_back(hit)

    def _count_mistake(self, bucket: str, address: str) -> None:
        """Here, and for the address in all processes too: nobody waits for that."""
        if self._limiter is None:
            return
        hit = Hit(bucket, "mistakes", self._limits.mistakes)
        (room,) = self._mistakes.try_hits([hit])
        if room < 0:
            self._refuse(hit, -room / _SECOND)
            return
        self._owed[address] += 1
        if self._paying is None:
            self._paying = asyncio.create_task(self._count_apart(self._limiter))

    async def _count_apart(self, limiter: CountsHits) -> None:
        await asyncio.sleep(_SOON_SECONDS)
        owed, self._owed, self._paying = self._owed, Counter(), None
        rate = self._limits.address
        for address, count in owed.items():
            hit = Hit(buckets.address_bucket(address), "address", rate, min(count, rate.amount))
            verdict = await limiter.try_hits((hit,))
            if not verdict.admitted:
                self._refuse(*verdict.refused)

    def _check_hits(self, asker: Asker, hits: Sequence[Hit]) -> None:
        for hit in hits:
            over = self._over.find(hit.key)
            # Who asks for less than what was refused may still have room.
            if over is not None and over[0].quantity <= hit.quantity:
                self.note_mistake(asker)
                raise _rate_limited(*over)

    def _refuse(self, hit: Hit, retry_after_seconds: float) -> RateLimited:
        self._over.keep(hit.key, hit, retry_after_seconds)
        return _rate_limited(hit, retry_after_seconds)


def _rate_limited(hit: Hit, retry_after_seconds: float) -> RateLimited:
    return RateLimited(
        f"Too many {_WHAT.get(hit.name, 'requests')}: {hit.rate.amount} in {hit.rate.seconds} s are allowed ({hit.name}).",
        round(retry_after_seconds, 3),
        refusal_fields(hit, retry_after_seconds),
    )
