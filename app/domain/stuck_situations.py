"""What is known of an intent that stands still: its program, its chain, the transaction that carries it."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.states import IntentStage, IntentStatus, LaneStatus, ProgramStatus


@dataclass(frozen=True, slots=True)
class ProgramSituation:
    """What holds up all intents of a program. stopped: why nothing of it is posted. mostly_refused: too much of today's was."""

    status: ProgramStatus
    pause_reason: str | None
    stopped: str | None
    gas_budget_wei: int | None
    gas_spent_wei: int
    mostly_refused: bool


@dataclass(frozen=True, slots=True)
class ChainSituation:
    """A chain as its watcher last saw it. held_up_by: None while some lane takes new work, else what each one says."""

    chain_id: int
    final_number: int | None
    head_at: datetime | None
    watched_at: datetime | None
    held_up_by: str | None


@dataclass(frozen=True, slots=True)
class SentTransaction:
    """The nonce that carries it, with its newest copy."""

    nonce: int
    relayer: str
    lane_status: LaneStatus
    halt_reason: str | None
    copies: int
    sends: int
    last_error: str | None
    last_sent_at: datetime | None
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class ProviderWait:
    """The oldest event of its charge that is not processed yet. tries: that broke off."""

    due_at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class IntentSituation:
    """An intent that is PENDING or PROCESSING. since: when it came to its stage, or could first be settled.

    put_back: why it was not signed when it was last tried. due_at: when it may be taken again.
    """

    status: IntentStatus
    stage: IntentStage
    since: datetime
    by_provider: bool
    program: ProgramSituation
    chain: ChainSituation
    put_back: str | None
    due_at: datetime | None
    lease_until: datetime | None
    mined_block: int | None
    sent: SentTransaction | None
    provider: ProviderWait | None
