"""How long work may stay where it is: one table. What stays longer is stuck, and gets a diagnosis."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class WorkKind(StrEnum):
    """What can stand still. A lane is the platform's; the others are a program's."""

    INTENT = "INTENT"
    SAFE_TRANSACTION = "SAFE_TRANSACTION"
    LANE = "LANE"
    WEBHOOK_DELIVERY = "WEBHOOK_DELIVERY"
    PROVIDER_EVENT = "PROVIDER_EVENT"


class WorkStage(StrEnum):
    """Where it stands. LEASED: a worker that took it has not come back. AT_PROVIDER: who pays, or their provider, is waited
    for. GIVEN_UP: nobody is to execute it any more, and owners still can. PENDING of a lane: its oldest transaction is in no
    block.
    """

    INTENT_QUEUED = "INTENT_QUEUED"
    INTENT_LEASED = "INTENT_LEASED"
    INTENT_SIGNED = "INTENT_SIGNED"
    INTENT_BROADCAST = "INTENT_BROADCAST"
    INTENT_MINED = "INTENT_MINED"
    INTENT_AT_PROVIDER = "INTENT_AT_PROVIDER"
    SAFE_PROPOSED = "SAFE_PROPOSED"
    SAFE_APPROVED = "SAFE_APPROVED"
    SAFE_EXECUTING = "SAFE_EXECUTING"
    SAFE_GIVEN_UP = "SAFE_GIVEN_UP"
    LANE_HALTED = "LANE_HALTED"
    LANE_DRAINING = "LANE_DRAINING"
    LANE_PENDING = "LANE_PENDING"
    DELIVERY_WAITING = "DELIVERY_WAITING"
    DELIVERY_LEASED = "DELIVERY_LEASED"
    PROVIDER_EVENT_WAITING = "PROVIDER_EVENT_WAITING"

    @property
    def kind(self) -> WorkKind:
        """What stands in it."""
        return next(kind for start, kind in _STARTS.items() if self.startswith(start))


_STARTS = {
    "INTENT_": WorkKind.INTENT,
    "SAFE_": WorkKind.SAFE_TRANSACTION,
    "LANE_": WorkKind.LANE,
    "DELIVERY_": WorkKind.WEBHOOK_DELIVERY,
    "PROVIDER_EVENT_": WorkKind.PROVIDER_EVENT,
}
# From entering the stage; of LEASED and of deliveries and events from when somebody should have come for them.
LIMITS: Mapping[WorkStage, timedelta] = {
    WorkStage.INTENT_QUEUED: timedelta(minutes=10),
    WorkStage.INTENT_LEASED: timedelta(minutes=3),
    WorkStage.INTENT_SIGNED: timedelta(minutes=3),
    WorkStage.INTENT_BROADCAST: timedelta(minutes=10),
    WorkStage.INTENT_AT_PROVIDER: timedelta(days=2),
    WorkStage.SAFE_PROPOSED: timedelta(days=3),
    WorkStage.SAFE_APPROVED: timedelta(minutes=10),
    # Nothing ends it by itself, and until then nothing is paid out.
    WorkStage.SAFE_GIVEN_UP: timedelta(hours=1),
    WorkStage.LANE_HALTED: timedelta(0),
    WorkStage.LANE_DRAINING: timedelta(0),
    WorkStage.LANE_PENDING: timedelta(minutes=10),
    WorkStage.DELIVERY_WAITING: timedelta(minutes=5),
    WorkStage.DELIVERY_LEASED: timedelta(minutes=3),
    WorkStage.PROVIDER_EVENT_WAITING: timedelta(minutes=10),
}
_FINALITIES = 2
# Also where blocks come at once; and of a chain that was not watched yet.
_LEAST_TO_FINALITY = timedelta(minutes=2)
_UNKNOWN_FINALITY = timedelta(minutes=20)


def limit_of(stage: WorkStage, finality: timedelta | None) -> timedelta:
    """How long work may stay in the stage. finality: how long the chain takes until a block is final; None: not known."""
    if stage in LIMITS:
        return LIMITS[stage]
    until_final = max(_LEAST_TO_FINALITY, _FINALITIES * (finality or _UNKNOWN_FINALITY))
    if stage is WorkStage.SAFE_EXECUTING:
        return LIMITS[WorkStage.INTENT_BROADCAST] + until_final
    return until_final


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """What entered its stage before these instants is stuck. earliest_wait: nothing that is younger is."""

    queued: datetime
    leased: datetime
    signed: datetime
    broadcast: datetime
    mined: datetime
    at_provider: datetime

    @property
    def earliest_wait(self) -> datetime:
        """No intent accepted after this is stuck, whatever its stage."""
        return max(self.queued, self.leased, self.signed, self.broadcast, self.mined)


def intent_cutoffs(now: datetime, finality: timedelta | None) -> Cutoffs:
    """Those of intents. now: real time."""

    def before(stage: WorkStage) -> datetime:
        return now - limit_of(stage, finality)

    return Cutoffs(
        queued=before(WorkStage.INTENT_QUEUED),
        leased=before(WorkStage.INTENT_LEASED),
        signed=before(WorkStage.INTENT_SIGNED),
        broadcast=before(WorkStage.INTENT_BROADCAST),
        mined=before(WorkStage.INTENT_MINED),
        at_provider=before(WorkStage.INTENT_AT_PROVIDER),
    )


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why it stands still and what helps. since: in its stage. next_attempt_at: when a worker looks at it again by itself.

    explained: a person wanted it so (the program is paused), so nobody is to be woken for it.
    """

    since: datetime
    waiting_for: str
    next_step: str
    next_attempt_at: datetime | None = None
    explained: bool = False


@dataclass(frozen=True, slots=True)
class StuckWork:
    """One thing that stands still. entity: its public id, as in the API without the prefix. program_id: None for a lane."""

    program_id: int | None
    kind: WorkKind
    stage: WorkStage
    entity: str
    diagnosis: Diagnosis
