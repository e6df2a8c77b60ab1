"""What the platform looks like at one moment, as plain numbers: alerts, metrics and systemStatus are made of these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.health.groups import FigureGroup
from app.domain.stuck import StuckWork


@dataclass(frozen=True, slots=True)
class LaneFigures:
    """balance_wei: None until it was read. status: ACTIVE, DRAINING or HALTED. oldest_pending_seconds: since its lowest nonce
    that no block has was first sent, or signed; 0 when none waits.
    """

    chain_id: int
    relayer: str
    status: str
    halt_reason: str | None
    balance_wei: int | None
    in_flight: int
    oldest_pending_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ChainFigures:
    """silent_seconds: since its watcher last got all its answers. finality_seconds: how old the newest final block was
    when the head was read.
    """

    chain_id: int
    silent_seconds: float
    finality_seconds: float


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """What waits in the database to be done, counted up to 10 001; oldest_seconds: since when the oldest is due."""

    name: str
    depth: int
    oldest_seconds: float | None


@dataclass(frozen=True, slots=True)
class WorkerFigures:
    """silent_seconds: since its last heartbeat. queues: that it listens on."""

    name: str
    silent_seconds: float
    queues: Sequence[str]


@dataclass(frozen=True, slots=True)
class DriftFigures:
    """Debits less credits of all of a program's accounts in one currency, in its smallest units: 0, or money is wrong."""

    program: str
    currency: str
    drift: int


@dataclass(frozen=True, slots=True)
class SettlementFigures:
    """Payments settled in the last quarter of an hour, without the time that their blocks waited to become final: how many
    in all, and how many took longer than is healthy, and than the warning's limit.
    """

    settled: int = 0
    slow: int = 0
    very_slow: int = 0


@dataclass(frozen=True, slots=True)
class ProgramFigures:
    """stopped: why postings are refused, if they are. checked_seconds: since a reconciliation last ended (or since the
    program exists); clean_seconds: since the last clean one; failed: the newest ended without a result. treasury_changes:
    of its Safe, that hold its payouts until a person has seen them.
    """

    program: str
    status: str
    pause_reason: str | None
    paused_by: str | None
    stopped: str | None
    checked_seconds: float
    clean_seconds: float | None
    failed: str | None
    critical: int
    stuck: int = 0
    treasury_changes: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """stuck_lanes: those that work, and whose oldest transaction no block has. intents: how many are in each status.
    lags: by consumer of events. scheduler_silent_seconds: since
    the lease ended or was given back, 0 while somebody has it; None while nobody ever scheduled. replica_lag_seconds: None
    without a replica, infinite when it does not answer. audit_fault: what is wrong with the platform's audit rows.
    foreign_note_at: when Redis held what none of ours has written, within the last hour. unread: groups that could not be read, and why; their figures are empty, or older ones.
    """

    at: datetime
    lanes: tuple[LaneFigures, ...] = ()
    stuck_lanes: tuple[StuckWork, ...] = ()
    chains: tuple[ChainFigures, ...] = ()
    queues: tuple[QueueFigures, ...] = ()
    workers: tuple[WorkerFigures, ...] = ()
    drifts: tuple[DriftFigures, ...] = ()
    programs: tuple[ProgramFigures, ...] = ()
    intents: Mapping[str, int] = field(default_factory=dict)
    discrepancies: Mapping[str, int] = field(default_factory=dict)
    lags: Mapping[str, float] = field(default_factory=dict)
    settlement: SettlementFigures = SettlementFigures()
    scheduler_silent_seconds: float | None = None
    replica_lag_seconds: float | None = None
    audit_fault: str | None = None
    foreign_note_at: datetime | None = None
    unread: Mapping[FigureGroup, str] = field(default_factory=dict)
