"""Sending: stored bytes go to a node, as often as it takes, and what it says becomes a decision."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from app.chain.node_errors import (
    AlreadyKnown,
    ChainError,
    GasTooHigh,
    GasTooLow,
    InsufficientFunds,
    InvalidTransaction,
    ReplacementUnderpriced,
    TooMuchData,
    Underpriced,
)
from app.domain.states import LaneStatus
from app.domain.transactions import Sent, SignedCopy
from app.processes.settlement.settling import Settling
from app.services.execute import execute
from app.services.settlement.move_lane import move_lane
from app.store.chain import sending
from app.store.chain.lanes import LaneLease
from app.store.database import UnitOfWork

_LOG = structlog.get_logger()
_NEVER_ACCEPTED = (InvalidTransaction, GasTooHigh, GasTooLow, TooMuchData)
_OFFERS_TOO_LITTLE = (Underpriced, ReplacementUnderpriced)


@dataclass
class SendOutcome:
    """What the nodes' words ask for; whatever is in neither list is sent again later, whatever became of it."""

    too_cheap: list[UUID] = field(default_factory=list)
    impossible: list[UUID] = field(default_factory=list)
    no_funds: bool = False


async def send(settling: Settling, lane: LaneLease, copies: Sequence[SignedCopy]) -> SendOutcome:
    """Sends copies in order of nonce and stores what was said.

    No answer and unknown words leave the same bytes to be sent again; "nonce too low" leaves it to the watcher, which
    knows at finality whose transaction used the nonce. Without funds the lane takes no new work.
    """
    outcome = SendOutcome()
    if not copies:
        return outcome
    answers = await settling.chain.send_raw_batch([copy.signed.raw for copy in copies])
    settling.at_point("sent")
    sends = []
    for copy, answer in zip(copies, answers, strict=True):
        error = _judge(copy, answer, outcome)
        sends.append(Sent(copy.chain_transaction_id, copy.n, error))
        if error is not None:
            _LOG.info("send failed", reason=error, **copy.names)

    async def note(unit: UnitOfWork) -> None:
        now = settling.clock()
        if outcome.no_funds:
            await move_lane(
                unit,
                lane.lane_id,
                LaneStatus.DRAINING,
                actor=settling.actor,
                at=now,
                reason="the relayer has no funds",
            )
        await sending.note_sends(unit, sends, settling.actor, now)

    await execute(settling.database, settling.bells, None, note)
    settling.at_point("sends noted")
    if outcome.no_funds:
        _LOG.error("relayer has no funds", lane=str(lane.lane_id), relayer=lane.relayer)
    return outcome


def _judge(copy: SignedCopy, answer: bytes | ChainError, outcome: SendOutcome) -> str | None:
    """The error to store; None when a node has the bytes."""
    if isinstance(answer, (bytes, AlreadyKnown)):
        return None
    if isinstance(answer, _OFFERS_TOO_LITTLE):
        outcome.too_cheap.append(copy.chain_transaction_id)
    elif isinstance(answer, _NEVER_ACCEPTED):
        outcome.impossible.append(copy.chain_transaction_id)
    elif isinstance(answer, InsufficientFunds):
        outcome.no_funds = True
    return f"{type(answer).__name__}: {answer}"
