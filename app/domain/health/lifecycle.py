"""When a condition becomes an alert and when it is over: told once, and not again for every flicker.

A condition is an alert when it was first seen a while ago (facts: at once) and is over when it was not seen for a while.
What comes and goes faster than that stays one alert.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.domain.health.condition import AT_ONCE, AlertSeverity, Condition
from app.domain.health.groups import FigureGroup, may_judge

OPENS_AFTER = timedelta(seconds=20)
OVER_AFTER = timedelta(seconds=60)
REMINDED_EACH = timedelta(days=1)


class MessageKind(StrEnum):
    OPENED = "OPENED"
    WORSE = "WORSE"
    REMINDER = "REMINDER"
    RESOLVED = "RESOLVED"


@dataclass(frozen=True, slots=True)
class KnownAlert:
    """A row that is not resolved. opened_at: None while the condition has not lasted long enough."""

    id: UUID
    name: str
    subject: str
    severity: AlertSeverity
    summary: str
    first_seen_at: datetime
    last_seen_at: datetime
    opened_at: datetime | None
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class Telling:
    """Something to be said about an alert."""

    alert_id: UUID
    kind: MessageKind
    severity: AlertSeverity
    summary: str


@dataclass
class Changes:
    """What one look means. seen: (alert, what is to be said of it now). held: nobody could see whether it still holds.
    forgotten: over before it was an alert.
    """

    seen: list[tuple[UUID, Condition]] = field(default_factory=list)
    held: list[UUID] = field(default_factory=list)
    opened: list[UUID] = field(default_factory=list)
    resolved: list[UUID] = field(default_factory=list)
    forgotten: list[UUID] = field(default_factory=list)
    tellings: list[Telling] = field(default_factory=list)


def compare(
    known: Sequence[KnownAlert],
    holding: Sequence[Condition],
    now: datetime,
    *,
    telling: bool,
    unread: Collection[FigureGroup] = (),
) -> Changes:
    """What changes. known: every condition that holds has its row, also when it is first seen now. telling: whether
    there is anybody to tell; who comes later is told what is open then. unread: what these groups judge neither begins
    nor ends.
    """
    holds = {(one.name.value, one.subject): one for one in holding}
    changes = Changes()
    for alert in known:
        condition = holds.get((alert.name, alert.subject))
        if condition is not None:
            _hold(alert, condition, changes, now, telling=telling)
        elif not may_judge(alert.name, unread):
            changes.held.append(alert.id)
        elif now - alert.last_seen_at >= OVER_AFTER:
            _end(alert, changes, telling=telling)
    return changes


def _hold(
    alert: KnownAlert, condition: Condition, changes: Changes, now: datetime, *, telling: bool
) -> None:
    changes.seen.append((alert.id, condition))
    opened = alert.opened_at is not None
    if not opened and (condition.name in AT_ONCE or now - alert.first_seen_at >= OPENS_AFTER):
        changes.opened.append(alert.id)
        opened = True
    kind = _kind(alert, condition, now) if opened and telling else None
    if kind is not None:
        changes.tellings.append(Telling(alert.id, kind, condition.severity, condition.summary))


def _kind(alert: KnownAlert, condition: Condition, now: datetime) -> MessageKind | None:
    if alert.told_at is None:
        return MessageKind.OPENED
    if condition.severity is AlertSeverity.CRITICAL and alert.severity is AlertSeverity.WARNING:
        return MessageKind.WORSE
    return MessageKind.REMINDER if now - alert.told_at >= REMINDED_EACH else None


def _end(alert: KnownAlert, changes: Changes, *, telling: bool) -> None:
    if alert.opened_at is None:
        changes.forgotten.append(alert.id)
        return
    changes.resolved.append(alert.id)
    if telling and alert.told_at is not None:
        changes.tellings.append(
            Telling(alert.id, MessageKind.RESOLVED, alert.severity, alert.summary)
        )
