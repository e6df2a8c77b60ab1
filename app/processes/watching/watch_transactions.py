"""Our own transactions, from broadcast to their end: found by the hashes of all their copies."""

from collections.abc import Sequence
from functools import partial
from itertools import groupby
from uuid import UUID

from app.chain.chain_data import Receipt
from app.domain.states import ChainTransactionStatus
from app.processes.watching.parts import HeadReading, Watch
from app.services.settlement import finish_transactions, track_transactions
from app.store.chain import chain_progress
from app.store.chain.chain_progress import MinedCopy, OpenTransaction, StoredCopy
from app.store.intents import attempts

_MINED = ChainTransactionStatus.MINED


async def track_transactions_at_head(watch: Watch, reading: HeadReading) -> list[OpenTransaction]:
    """Moves stages with the head; returns those whose nonce is used and none of whose copies is in a block."""
    async with watch.database.read(None) as session:
        open_ones = await chain_progress.open_transactions(session, watch.chain.chain_id)
    used = await _used_nonces(watch, open_ones, reading.head.number)
    looked_at = [one for one in open_ones if _may_have_moved(one, used, reading)]
    receipts = await _receipts(watch, looked_at, reading)
    mined = [receipts[one.id] for one in looked_at if one.id in receipts]
    gone = [one for one in looked_at if one.id not in receipts]
    if mined:
        at = watch.clock()
        await watch.write(
            partial(track_transactions.mark_mined, lease=watch.lease, mined=mined, at=at)
        )
        watch.at_point("transactions.mined")
    unmined = [one.id for one in gone if one.status is _MINED]
    if unmined:
        at = watch.clock()
        await watch.write(
            partial(track_transactions.mark_unmined, lease=watch.lease, ids=unmined, at=at)
        )
        watch.at_point("transactions.unmined")
    return [one for one in gone if one.nonce < used[one.relayer]]


async def finish_transactions_at_finality(
    watch: Watch, reading: HeadReading, missing: Sequence[OpenTransaction], suspects: set[UUID]
) -> set[UUID]:
    """Ends what is final. missing: see above; only who was a suspect before and still is becomes DISPLACED, so that one
    node's slow answer displaces nobody. Returns the suspects of this time.
    """
    async with watch.database.read(None) as session:
        open_ones = await chain_progress.open_transactions(session, watch.chain.chain_id)
    final = [one.id for one in open_ones if _is_final(one, reading)]
    if final:
        finish = partial(
            finish_transactions.finish_mined,
            lease=watch.lease,
            ids=final,
            final_number=reading.final_number,
            at=watch.clock(),
        )
        await watch.write(finish)
        watch.at_point("transactions.finished")
    used = await _used_nonces(watch, missing, reading.final_number)
    found = [one for one in missing if one.nonce < used[one.relayer]]
    displaced = [one for one in found if one.id in suspects]
    if displaced:
        at = watch.clock()
        await watch.write(
            partial(finish_transactions.displace, lease=watch.lease, displaced=displaced, at=at)
        )
        watch.at_point("transactions.displaced")
    return {one.id for one in found} - {one.id for one in displaced}


async def free_items_left_behind(watch: Watch) -> None:
    """Items whose final transaction said nothing of them are PENDING again."""
    async with watch.database.read(None) as session:
        left = await attempts.left_behind(session, watch.chain.chain_id)
    for _, group in groupby(left, key=lambda one: (one.program_id, one.chain_transaction_id)):
        at = watch.clock()
        await watch.write(
            partial(finish_transactions.free_items, lease=watch.lease, left=list(group), at=at)
        )
        watch.at_point("transactions.freed")


def _may_have_moved(one: OpenTransaction, used: dict[str, int], reading: HeadReading) -> bool:
    if one.status is not _MINED:
        return one.nonce < used[one.relayer]
    assert one.block_number is not None
    assert one.block_hash is not None
    return not reading.stands(one.block_number, one.block_hash)


def _is_final(one: OpenTransaction, reading: HeadReading) -> bool:
    return (
        one.status is _MINED
        and one.block_number is not None
        and one.block_hash is not None
        and one.block_number <= reading.final_number
        and reading.stands(one.block_number, one.block_hash)
    )


async def _used_nonces(
    watch: Watch, open_ones: Sequence[OpenTransaction], block: int
) -> dict[str, int]:
    """How many nonces each relayer has used up to the block."""
    relayers = sorted({one.relayer for one in open_ones})
    if block < 0:
        return dict.fromkeys(relayers, 0)
    return dict(zip(relayers, await watch.chain.nonces(relayers, block), strict=True))


async def _receipts(
    watch: Watch, looked_at: Sequence[OpenTransaction], reading: HeadReading
) -> dict[UUID, MinedCopy]:
    """The copy of each that is in a block which stands."""
    copies = [(one, copy) for one in looked_at for copy in one.copies]
    receipts = await watch.chain.receipts([copy.hash for _, copy in copies])
    return {
        one.id: _mined_copy(one, copy, receipt)
        for (one, copy), receipt in zip(copies, receipts, strict=True)
        if receipt is not None
        and receipt.block_number <= reading.head.number
        and reading.stands(receipt.block_number, receipt.block_hash)
    }


def _mined_copy(one: OpenTransaction, copy: StoredCopy, receipt: Receipt) -> MinedCopy:
    return MinedCopy(
        transaction_id=one.id,
        copy=copy.n,
        block_number=receipt.block_number,
        block_hash=receipt.block_hash,
        gas_used=receipt.gas_used,
        cost_wei=receipt.cost_wei,
        succeeded=receipt.succeeded,
        payload=copy.payload,
    )
