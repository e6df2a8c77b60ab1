"""Un-halting a lane, after its nonces were compared with the chain's."""

import asyncio
from collections.abc import Mapping
from functools import partial
from uuid import UUID

from app.chain.client import Chain
from app.chain.node_errors import ChainError
from app.domain.clock import Clock
from app.domain.errors import Refusal, RefusalCode
from app.domain.permissions import Authority
from app.domain.texts import check_reason
from app.services.execute import Bells, execute
from app.services.settlement.lanes import refuse_unstated, unhalt_lane
from app.store.chain.lane_status import (
    MOST_FOREIGN,
    LaneFacts,
    UsedNonces,
    lane_facts,
    used_nonces,
)
from app.store.database import Database

_LONGEST_LOOK_SECONDS = 8.0


class HaltedLanes:
    """One for each process in which people act."""

    def __init__(
        self, database: Database, bells: Bells, chains: Mapping[int, Chain], clock: Clock
    ) -> None:
        self._database = database
        self._bells = bells
        self._chains = chains
        self._clock = clock

    async def unhalt(self, authority: Authority, lane_id: UUID, reason: str) -> None:
        """A halted lane takes work again; one that is not halted stays as it is.

        Refuses INVALID_INPUT, NOT_FOUND, CHAIN_UNAVAILABLE (nothing was changed), and INVALID_STATE while the chain has used
        a nonce for something that is neither ours nor named in the reason, or more of them than anybody explains. Raises Unavailable: send it again.
        """
        check_reason(reason)
        async with self._database.read(authority.program_id) as session:
            lane = await lane_facts(session, lane_id)
        if lane is None:
            raise Refusal(RefusalCode.NOT_FOUND, "There is no such lane.", "id")
        if lane.halt_reason is None:
            return
        used, foreign = await self._compare(authority.program_id, lane_id, lane)
        refuse_unstated(foreign, reason)
        work = partial(
            unhalt_lane,
            authority=authority,
            lane_id=lane_id,
            reason=reason,
            now=self._clock(),
            used=used,
            next_nonce=lane.next_nonce,
            foreign=foreign,
        )
        await execute(self._database, self._bells, authority.program_id, work)

    async def _compare(
        self, program_id: int, lane_id: UUID, lane: LaneFacts
    ) -> tuple[int, list[int]]:
        """How many nonces the chain has used, and which of them were not ours."""
        chain = self._chains.get(lane.chain_id)
        if chain is None:
            raise _unavailable(f"Chain {lane.chain_id} is none of this process's.")
        try:
            async with asyncio.timeout(_LONGEST_LOOK_SECONDS):
                used = await chain.nonce(lane.relayer)
                foreign, ended = await self._foreign(program_id, lane_id, chain, used)
        except (ChainError, TimeoutError):
            raise _unavailable(f"Chain {lane.chain_id} does not answer.") from None
        if used <= ended:
            raise _unavailable(
                f"The node says that {used} nonces of {lane.relayer} are used, and nonce {ended} is final already: it"
                " is behind, or of another chain."
            )
        return used, foreign

    async def _foreign(
        self, program_id: int, lane_id: UUID, chain: Chain, used: int
    ) -> tuple[list[int], int]:
        """Part by part: each is a short look at the tables. Also the newest nonce of ours that has ended.

        A key that somebody else has used so often is not ours any more: refuses INVALID_STATE.
        """
        foreign: list[int] = []
        first = 0
        while True:
            async with self._database.read(program_id) as session:
                nonces = await used_nonces(session, lane_id, first, used)
            foreign += [*nonces.foreign, *await _not_ours(chain, nonces)]
            if len(foreign) > MOST_FOREIGN:
                raise Refusal(
                    RefusalCode.INVALID_STATE,
                    f"The chain has used more than {MOST_FOREIGN} nonces of this lane's key for transactions that are not ours."
                    " Take the key out of SGE_RELAYER_KEYS and leave the lane halted.",
                    "id",
                )
            if nonces.next >= used:
                return sorted(foreign), nonces.ended
            first = nonces.next


async def _not_ours(chain: Chain, nonces: UsedNonces) -> list[int]:
    """Of our open nonces that the chain has used, those of which no copy is in a block."""
    asked = [(nonce, hash_) for nonce, hashes in nonces.open.items() for hash_ in hashes]
    receipts = await chain.receipts([hash_ for _, hash_ in asked]) if asked else []
    mined = {nonce for (nonce, _), found in zip(asked, receipts, strict=True) if found is not None}
    return [nonce for nonce in nonces.open if nonce not in mined]


def _unavailable(problem: str) -> Refusal:
    return Refusal(
        RefusalCode.CHAIN_UNAVAILABLE,
        f"{problem} The lane's nonces cannot be compared with it, so the lane stays halted; try again.",
        "id",
    )
