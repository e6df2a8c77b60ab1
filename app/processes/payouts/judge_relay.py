"""Whether an approved Safe transaction may be relayed now: read from the chain, nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.chain.gas import BatchTooLargeError
from app.chain.node_errors import ExecutionReverted
from app.chain.payout_content import Recipient
from app.chain.revert_reason import revert_reason
from app.chain.safe import NotASafe, UnsupportedSafeVersion, read_safe
from app.chain.safe_execution import OwnerSignature, exec_calldata, execution_gas
from app.chain.safe_hash import SafeTransaction
from app.chain.safe_simulation import PayoutsNotSimulated, SimulationResult, simulate_payouts
from app.chain.token_balance import read_balance
from app.domain.money import format_units
from app.domain.payouts import BlockerCode, Death
from app.domain.states import ProgramStatus
from app.domain.transactions import Purpose
from app.domain.treasury import SafeReading
from app.processes.settlement.settling import Settling
from app.processes.settlement.sign import LaneCall
from app.store.payouts.owner_signatures import StoredSignature
from app.store.payouts.payouts_to_post import PayoutRow
from app.store.payouts.relays import DueRelay

_NAMED_AT_MOST = 5
# Equal content proposed again keeps its signatures, so asking again and again would spend the platform's gas for ever.
_MOST_FRUITLESS_RELAYS = 6
FRUITLESS_COUNT_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Waits:
    """Something passing is in the way. reason: None: it was, and is no more."""

    reason: str | None = None
    code: BlockerCode | None = None


@dataclass(frozen=True, slots=True)
class GivenUp:
    """It cannot be executed any more as it was signed."""

    death: Death
    reason: str


@dataclass(frozen=True, slots=True)
class Ready:
    """What a lane is to send. simulation: None when it pays nobody."""

    call: LaneCall
    simulation: SimulationResult | None


async def judge_relay(
    settling: Settling,
    due: DueRelay,
    payouts: Sequence[PayoutRow],
    signatures: Sequence[StoredSignature],
) -> Waits | GivenUp | Ready:
    """Raises ChainError when the chain does not say."""
    held_back = _held_back(due)
    if held_back is not None:
        return held_back
    try:
        safe = await read_safe(settling.chain, due.safe)
    except (NotASafe, UnsupportedSafeVersion) as problem:
        return Waits(f"The treasury does not answer as a Safe that we know: {problem}")
    if safe.nonce > due.safe_nonce:
        return Waits(f"The Safe has used nonce {due.safe_nonce}: for what, its final block tells.")
    if safe.nonce < due.safe_nonce:
        return Waits(f"The Safe's next nonce is {safe.nonce}, this one has {due.safe_nonce}.")
    chosen = _chosen(signatures, safe)
    if chosen is None:
        reason = f"fewer than {safe.threshold} of the Safe's owners of today have signed it"
        return GivenUp(Death.OWNERS_CHANGED, reason)
    return await _judge_payouts(settling, due, payouts, chosen)


def _held_back(due: DueRelay) -> Waits | None:
    """What is known without asking the chain."""
    if due.program_status is not ProgramStatus.ACTIVE:
        return Waits("The program is paused.", BlockerCode.PROGRAM_PAUSED)
    if due.held:
        return Waits("The treasury's Safe was changed: this waits until a person resolves that.")
    if due.unposted:
        return Waits(
            "What the chain says of the program's money is not all posted: this waits for it."
        )
    if due.fruitless >= _MOST_FRUITLESS_RELAYS:
        return Waits(
            f"{_MOST_FRUITLESS_RELAYS} relays of the last 24 hours were mined and executed nothing; see why before the"
            " next is tried. Owners can execute it themselves."
        )
    return None


async def _judge_payouts(
    settling: Settling,
    due: DueRelay,
    payouts: Sequence[PayoutRow],
    signatures: Sequence[OwnerSignature],
) -> Waits | GivenUp | Ready:
    simulation = None
    if due.currency is not None:
        missing = due.total - await read_balance(settling.chain, due.token, due.safe)
        if missing > 0:
            lacks = f"{format_units(missing, due.decimals or 0)} {due.currency}"
            return Waits(f"The treasury lacks {lacks}.", BlockerCode.TREASURY_SHORT)
        recipients = [Recipient(one.destination, one.amount) for one in payouts]
        try:
            simulation = await simulate_payouts(
                settling.chain, due.safe, due.token, due.to_address, recipients
            )
        except PayoutsNotSimulated as problem:
            return Waits(f"No payout can be made now: {problem}.")
        if simulation.refused:
            return GivenUp(Death.RECIPIENT_REFUSED, _named(payouts, simulation))
    return await _try_whole(settling, due, signatures, simulation)


async def _try_whole(
    settling: Settling,
    due: DueRelay,
    signatures: Sequence[OwnerSignature],
    simulation: SimulationResult | None,
) -> Waits | Ready:
    transaction = SafeTransaction(due.to_address, 0, due.data, due.operation, due.safe_nonce)
    contracts = sum(one.contract for one in signatures)
    try:
        call = LaneCall(
            Purpose.SAFE_EXECUTION,
            due.safe,
            exec_calldata(transaction, signatures),
            execution_gas(due.payout_count, keys=len(signatures) - contracts, contracts=contracts),
        )
    except BatchTooLargeError as problem:
        return Waits(f"With its signatures it is too large to be relayed: {problem}.")
    relayer = next(iter(settling.signers))
    try:
        await settling.chain.call(call.to, call.data, sender=relayer, gas=call.gas_limit)
    except ExecutionReverted as problem:
        return Waits(f"The Safe refuses to execute it: {revert_reason(problem.revert_data)}.")
    return Ready(call, simulation)


def _chosen(
    signatures: Sequence[StoredSignature], safe: SafeReading
) -> list[OwnerSignature] | None:
    """As many of today's owners' as the Safe asks for, keys first; None when there are fewer."""
    valid = [one for one in signatures if one.owner in safe.owners]
    ordered = sorted(valid, key=lambda one: one.contract)[: safe.threshold]
    if len(ordered) < safe.threshold:
        return None
    return [OwnerSignature(one.owner, one.signature, one.contract) for one in ordered]


def _named(payouts: Sequence[PayoutRow], simulation: SimulationResult) -> str:
    named = [
        f"{payouts[place].destination} ({why})" for place, why in sorted(simulation.refused.items())
    ]
    more = len(named) - _NAMED_AT_MOST
    return (
        "refused: " + ", ".join(named[:_NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")
    )
