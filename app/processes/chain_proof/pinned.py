"""Whether the chain still has the block that a run is pinned to; when it does not, what that means."""

import asyncio
from dataclasses import dataclass

from app.chain.client import Chain
from app.chain.node_errors import ChainError
from app.domain.discrepancies import NewDiscrepancy
from app.domain.reconciliation import Scope
from app.processes.watching.watch_head import find_fork
from app.services.settlement.stop_posting import deep_reorganisation
from app.store.chain import consumption, watching
from app.store.chain_proof.reorganisations import newest_reorganisation
from app.store.database import ReadSession

_LOOK_AGAIN_SECONDS = 1.0
_UNKNOWN = bytes(32)


class CannotCompareError(ChainError):
    """The chain cannot be compared now, which says nothing about the books; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """tip: the block at the run's height that the chain has. gone: it is another one than the books rest on."""

    tip: tuple[int, bytes]
    gone: NewDiscrepancy | None


async def pin(session: ReadSession, chain: Chain, scope: Scope) -> Pinned:
    """Raises CannotCompareError, ChainError."""
    if scope.block_hash == _UNKNOWN:
        raise CannotCompareError(
            "the watcher is following a reorganisation; run this again when it has posted a block"
        )
    tip = await _block_hash(chain, scope.block_number)
    if tip != scope.block_hash:
        # A node on a fork of its own says so too, so it takes two looks.
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        tip = await _block_hash(chain, scope.block_number)
    if tip == scope.block_hash:
        return Pinned((scope.block_number, tip), None)
    return Pinned((scope.block_number, tip), await _reorganised(session, chain, scope))


async def _block_hash(chain: Chain, number: int) -> bytes:
    block = await chain.get_block(number)
    if block is None:
        raise CannotCompareError(
            f"the node does not have block {number}, up to which this program is posted:"
            " wait until it is synchronised, or put another one first in SGE_CHAINS"
        )
    return block.hash


async def _reorganised(session: ReadSession, chain: Chain, scope: Scope) -> NewDiscrepancy:
    """As the watcher reports it, whoever finds it first."""
    chain_id = scope.chain_id
    known = await watching.known_blocks(session, chain_id)
    fork = await find_fork(chain, known, await chain.head_block())
    if fork is not None and fork < scope.block_number:
        if scope.program_id in await consumption.posted_above(session, chain_id, fork):
            return deep_reorganisation(chain_id, fork)
    else:
        fork = await newest_reorganisation(session, scope.program_id, chain_id)
        if fork is not None:
            return deep_reorganisation(chain_id, fork)
    raise CannotCompareError(
        "final blocks are gone that held nothing of this program; run this again when the watcher has read on"
    )
