"""What people do to intents, after the chain was asked: what is settled or may still be mined is neither retried nor cancelled."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from uuid import UUID

from app.chain.client import Chain
from app.chain.node_errors import ChainError
from app.chain.settled_logs import settled_block
from app.domain.chains import ChainFacts
from app.domain.clock import Clock
from app.domain.errors import Refusal, RefusalCode
from app.domain.permissions import Authority
from app.domain.states import IntentStatus
from app.services.execute import Bells, execute
from app.services.intents.change_intents import cancel_intent, retry_intent
from app.store.database import Database, UnitOfWork
from app.store.intents.chain_places import ChainPlace, chain_place

_LONGEST_LOOK_SECONDS = 8.0
_ByHand = Callable[[UnitOfWork, Authority, UUID, str, datetime], Awaitable[None]]


class IntentsByHand:
    """One for each process in which people act."""

    def __init__(
        self,
        database: Database,
        bells: Bells,
        chains: Mapping[int, Chain],
        facts: Mapping[int, ChainFacts],
        clock: Clock,
    ) -> None:
        self._database = database
        self._bells = bells
        self._chains = chains
        self._facts = facts
        self._clock = clock

    async def retry(self, authority: Authority, intent_id: UUID, reason: str) -> None:
        """A FAILED intent waits to be settled again; any other stays as it is.

        Refuses as the service does, NOT_RETRYABLE when a block has settled it or its signed copies can still be mined, and
        CHAIN_UNAVAILABLE: then nothing is known, and nothing was changed.
        """
        place = await self._place(authority.program_id, intent_id)
        if place is not None and place.status is IntentStatus.FAILED:
            await self._refuse_if_on_chain(place, RefusalCode.NOT_RETRYABLE)
        await self._do(retry_intent, authority, intent_id, reason)

    async def cancel(self, authority: Authority, intent_id: UUID, reason: str) -> None:
        """A PENDING intent ends for ever.

        Refuses as the service does, INVALID_STATE when a block has settled it or its payment may be in flight, and
        CHAIN_UNAVAILABLE: then nothing is known, and nothing was changed.
        """
        place = await self._place(authority.program_id, intent_id)
        if place is not None and place.status is IntentStatus.PENDING:
            await self._refuse_if_on_chain(place, RefusalCode.INVALID_STATE)
        await self._do(cancel_intent, authority, intent_id, reason)

    async def _do(
        self, use_case: _ByHand, authority: Authority, intent_id: UUID, reason: str
    ) -> None:
        now = self._clock()

        async def work(unit: UnitOfWork) -> None:
            await use_case(unit, authority, intent_id, reason, now)

        await execute(self._database, self._bells, authority.program_id, work)

    async def _place(self, program_id: int, intent_id: UUID) -> ChainPlace | None:
        async with self._database.read(program_id) as session:
            return await chain_place(session, intent_id)

    async def _refuse_if_on_chain(self, place: ChainPlace, code: RefusalCode) -> None:
        if place.by_provider:
            return
        if place.carried_by is not None:
            raise Refusal(
                code,
                f"It is signed at {place.carried_by}, which can still be mined: wait until that nonce is final.",
                "id",
            )
        block, head = await self._settled_in(place)
        if block is not None:
            raise Refusal(
                code,
                f"It is settled in block {block} of chain {place.chain_id} (the head is {head}): it becomes CONFIRMED by"
                " itself when that block is final. There is nothing to do.",
                "id",
            )

    async def _settled_in(self, place: ChainPlace) -> tuple[int | None, int]:
        chain, facts = self._chains.get(place.chain_id), self._facts.get(place.chain_id)
        if chain is None or facts is None or facts.gateway is None:
            raise _unavailable(place.chain_id)
        try:
            async with asyncio.timeout(_LONGEST_LOOK_SECONDS):
                return await settled_block(
                    chain, facts.gateway, place.on_chain_id, place.unread_from
                )
        except (ChainError, TimeoutError):
            raise _unavailable(place.chain_id) from None


def _unavailable(chain_id: int) -> Refusal:
    return Refusal(
        RefusalCode.CHAIN_UNAVAILABLE,
        f"Chain {chain_id} does not answer, so nobody knows whether this is settled already. Nothing was changed; try again"
        " when it answers.",
        "id",
    )
