"""New heads: parent hashes are checked block by block, and a fork is followed back to where it began."""

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from app.chain.chain_data import Block
from app.chain.client import Chain
from app.processes.watching.parts import HeadReading, InconsistentChainError, Watch
from app.services.settlement.stop_posting import stop_for_reorganisation
from app.store.chain import consumption, watching
from app.store.chain.watching import KEPT_BLOCKS, KnownBlock
from app.store.database import UnitOfWork

_BACK_AT_ONCE = 16


class FinalityInDoubt(InconsistentChainError):
    """One look says that final blocks are gone. A node on a fork of its own would say so too, so it takes two."""

    def __init__(self, fork: int) -> None:
        super().__init__(f"final blocks above {fork} seem to be gone")
        self.fork = fork


async def read_head(watch: Watch, suspected_fork: int | None = None) -> HeadReading:
    """Looks at the chain and stores what it saw. Raises LeaseLost, ChainError, InconsistentChainError.

    suspected_fork: of a FinalityInDoubt in the look before.
    """
    head = await watch.chain.head_block()
    async with watch.database.read(None) as session:
        known = await watching.known_blocks(session, watch.chain.chain_id)
        final_before = await watching.final_number(session, watch.chain.chain_id)
    fork = await find_fork(watch.chain, known, head)
    if known and fork == head.number < known[0].number:
        # Nothing contradicts what is stored: this node only lags.
        raise InconsistentChainError("the node is behind what was seen")
    fresh = await _blocks_above(watch, fork, head)
    final = await _final_number(watch, head)
    looked_at = watch.clock()
    watch.at_point("head.read")
    if final_before is not None and fork is not None and fork < final_before:
        if fork != suspected_fork:
            raise FinalityInDoubt(fork)
        await _break_finality(watch, fork, [one for one in known if one.number == fork])
    elif final_before is not None:
        # What was final stays final, also when another node or a new setting calls it final only later.
        final = min(max(final, final_before), head.number)
    first = fresh[0].number if fresh else head.number + 1
    if fresh or final_before != final or known[0].number >= first:
        await watch.write(
            partial(_store, watch, head=_known(head), first=first, fresh=fresh, final=final)
        )
        watch.at_point("head.stored")
    blocks = {one.number: one for one in known if one.number < first}
    blocks |= {one.number: one for one in fresh}
    return HeadReading(_known(head), final, blocks, looked_at)


async def find_fork(chain: Chain, known: Sequence[KnownBlock], head: Block) -> int | None:
    """The newest stored block that the chain still has; None without stored blocks. known: newest first.

    When not one of them stands, the number below the oldest.
    """
    if not known:
        return None
    candidates = [one for one in known if one.number <= head.number]
    start = 0
    while start < len(candidates):
        # Nearly always the newest one stands.
        part = candidates[start : start + (_BACK_AT_ONCE if start else 1)]
        start += len(part)
        blocks = await chain.get_blocks([one.number for one in part])
        for one, now in zip(part, blocks, strict=True):
            if now is None:
                raise InconsistentChainError(f"a node above block {one.number} does not have it")
            if now.hash == one.hash:
                return one.number
    return min(known[-1].number, head.number + 1) - 1


async def _blocks_above(watch: Watch, fork: int | None, head: Block) -> list[KnownBlock]:
    """The blocks above the fork up to the head, each the child of the one before."""
    oldest = max(head.number - KEPT_BLOCKS + 1, 0)
    first = oldest if fork is None else max(fork + 1, oldest)
    numbers = range(first, head.number)
    blocks = [*await watch.chain.get_blocks(numbers), head] if first <= head.number else []
    found = [_known(block) for block in blocks if block is not None]
    if len(found) != len(blocks) or any(
        child.parent_hash != parent.hash for parent, child in pairwise(found)
    ):
        raise InconsistentChainError("the chain moved while its blocks were read")
    return found


async def _final_number(watch: Watch, head: Block) -> int:
    """Below zero while no block is final."""
    if watch.confirmations is not None:
        return head.number - watch.confirmations
    final = await watch.chain.get_block("finalized")
    return -1 if final is None else min(final.number, head.number)


async def _break_finality(watch: Watch, fork: int, standing: Sequence[KnownBlock]) -> None:
    """Final blocks vanished. Programs whose books rest on them stop; the others read on from the fork."""
    chain_id, at = watch.chain.chain_id, watch.clock()

    async def affected(unit: UnitOfWork) -> tuple[set[int], list[int]]:
        await watching.hold_lease(unit, watch.lease)
        return (
            await consumption.posted_above(unit, chain_id, fork),
            await consumption.consumed_above(unit, chain_id, fork),
        )

    posted, consumed = await watch.write(affected)
    for program_id in sorted(posted):
        stop = partial(
            stop_for_reorganisation,
            lease=watch.lease,
            program_id=program_id,
            fork_number=fork,
            at=at,
        )
        await watch.write(stop, program_id)
        watch.at_point("head.stopped")
    others = [one for one in consumed if one not in posted]
    fork_hash = standing[0].hash if standing else bytes(32)

    async def rewind(unit: UnitOfWork) -> None:
        await watching.hold_lease(unit, watch.lease)
        await consumption.rewind(unit, chain_id, others, fork, fork_hash, at=at)
        await watching.rewind_final(unit, chain_id, fork)

    await watch.write(rewind)


async def _store(
    watch: Watch,
    unit: UnitOfWork,
    *,
    head: KnownBlock,
    first: int,
    fresh: Sequence[KnownBlock],
    final: int,
) -> None:
    await watching.hold_lease(unit, watch.lease)
    await watching.replace_blocks(unit, watch.chain.chain_id, first, fresh)
    await watching.note_head(unit, watch.chain.chain_id, head, final, watch.clock())


def _known(block: Block) -> KnownBlock:
    return KnownBlock(block.number, block.hash, block.parent_hash, block.at)
