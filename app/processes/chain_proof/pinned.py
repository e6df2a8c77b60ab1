"""Whether the chain still has the block that a run is pinned to; when it does not, what that means."""

import asyncio

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


async def pinned_hash(chain: Chain, scope: Scope) -> bytes:
    """The hash of the block at the run's height, as the chain has it. Raises CannotCompareError, ChainError."""
    if scope.block_hash == _UNKNOWN:
        raise CannotCompareError(
            "the watcher is following a reorganisation; run this again when it has posted a block"
        )
    found = await _hash_at(chain, scope.block_number)
    if found != scope.block_hash:
        # A node on a fork of its own says so too, so it takes two looks.
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        found = await _hash_at(chain, scope.block_number)
    return found


async def reorganisation(session: ReadSession, chain: Chain, scope: Scope) -> NewDiscrepancy:
    """The run's block is not in the chain any more: as the watcher reports it, whoever finds it first.

    Raises CannotCompareError when nothing of the program went with it, ChainError.
    """
    chain_id = scope.chain_id
    known = await watching.known_blocks(session, chain_id)
    fork = await find_fork(chain, known, await chain.head_block())
    if fork is None or fork >= scope.block_number:
        # The watcher has followed already; the program's books have not.
        fork = await newest_reorganisation(session, scope.program_id, chain_id)
        if fork is not None:
            return deep_reorganisation(chain_id, fork)
    elif scope.program_id in await consumption.posted_above(session, chain_id, fork):
        return deep_reorganisation(chain_id, fork)
    raise CannotCompareError(
        "final blocks are gone that held nothing of this program; run this again when the watcher has read on"
    )


async def _hash_at(chain: Chain, number: int) -> bytes:
    block = await chain.get_block(number)
    if block is None:
        raise CannotCompareError(
            f"the node does not have block {number}, up to which this program is posted:"
            " wait until it is synchronised, or put another one first in SGE_CHAINS"
        )
    return block.hash
