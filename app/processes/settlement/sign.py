"""Signing: in one database transaction the last look, the nonce, the signature and its bytes. Nothing is sent here."""

from dataclasses import dataclass
from hashlib import sha256

from app.chain.fees import FeeEstimate
from app.domain.claims import ClaimedIntent
from app.domain.ids import new_id
from app.domain.states import LaneStatus
from app.domain.transactions import CopyKind, NewTransaction, Purpose, SignedCopy
from app.processes.settlement.copies import signed_copy
from app.processes.settlement.pack import Payload, payload_of
from app.processes.settlement.settling import Settling
from app.services.execute import execute
from app.store.chain import lanes, signing
from app.store.chain.lanes import LaneLease
from app.store.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class Signing:
    """What came of a batch: a stored copy to send, and items that could not be signed now."""

    copy: SignedCopy | None
    left: tuple[ClaimedIntent, ...]


@dataclass(frozen=True, slots=True)
class LaneCall:
    """What a lane is to send."""

    purpose: Purpose
    to: str
    data: bytes
    gas_limit: int


async def sign_batch(
    settling: Settling, lane: LaneLease, batch: Payload, estimate: FeeEstimate
) -> Signing:
    """Signs what may still be signed of the batch and stores it.

    The lane must be ours and ACTIVE, each item leased by us and unchanged, its program not paused. From the commit on
    the watcher owns these intents. Raises LaneLost.
    """

    async def sign(unit: UnitOfWork) -> Signing:
        now = settling.clock()
        locked = await lanes.lock(unit, lane, now)
        if locked.status is not LaneStatus.ACTIVE:
            return Signing(None, batch.items)
        active = await signing.active_programs(unit, [one.program_id for one in batch.items])
        held = await signing.still_claimed(
            unit, [one for one in batch.items if one.program_id in active], settling.holder, now
        )
        items = [one for one in batch.items if (one.program_id, one.intent_id) in held]
        left = tuple(one for one in batch.items if (one.program_id, one.intent_id) not in held)
        if not items:
            return Signing(None, left)
        payload = payload_of(items) if left else batch
        call = LaneCall(payload.purpose, settling.gateway, payload.data, payload.gas_limit)
        copy = await store_signed(settling, unit, lane, call, estimate)
        await signing.carry(
            unit, copy.chain_transaction_id, payload.items, settling.actor, settling.clock()
        )
        settling.at_point("signing")
        return Signing(copy, left)

    signed = await execute(settling.database, settling.bells, None, sign)
    settling.at_point("signed")
    return signed


async def store_signed(
    settling: Settling, unit: UnitOfWork, lane: LaneLease, call: LaneCall, estimate: FeeEstimate
) -> SignedCopy:
    """The lane, locked, signs the call at its next nonce; both are stored."""
    now = settling.clock()
    new = NewTransaction(
        id=new_id(),
        lane_id=lane.lane_id,
        chain_id=lane.chain_id,
        nonce=await lanes.take_nonces(unit, lane.lane_id),
        purpose=call.purpose,
        sender=lane.relayer,
        to=call.to,
        data=call.data,
        gas_limit=call.gas_limit,
        payload_hash=sha256(call.data).digest(),
    )
    copy = signed_copy(settling.signers[lane.relayer], new, CopyKind.PAYLOAD, estimate)
    await signing.insert_transaction(unit, new, now)
    await signing.insert_copy(unit, copy, now)
    return copy
