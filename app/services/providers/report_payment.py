"""Tells people of what a provider says was paid and nobody can be credited with."""

from datetime import datetime

from app.domain.discrepancies import DiscrepancyKind, NewDiscrepancy, Severity
from app.domain.money import Money
from app.domain.providers import provider_actor
from app.domain.providers.charges import ChargeStep, ProviderEvent, Unattributable
from app.domain.strict_json import MalformedDocument
from app.services.discrepancies.open_discrepancy import open_discrepancy
from app.store.database import UnitOfWork
from app.store.providers.events import DueEvent, settled_amount

_PAYS = frozenset({ChargeStep.LATE, ChargeStep.PAID})


async def report_malformed(
    unit: UnitOfWork, event: DueEvent, problem: MalformedDocument, now: datetime
) -> None:
    """A body with a good signature that cannot be read may have told of a payment."""
    message = f"A signed event of {event.provider} cannot be read ({problem})."
    await _open(unit, event, Severity.WARNING, event.event_id, message, now=now)


async def report_unattributed(
    unit: UnitOfWork, event: DueEvent, told: ProviderEvent, problem: Unattributable, now: datetime
) -> None:
    """Once for a charge, and once more when it is paid: then there is money that belongs to somebody."""
    assert told.charge is not None
    paid = told.step in _PAYS
    sums = ", ".join(f"{one.amount} {one.currency}" for one in told.charge.payments) or "nothing"
    message = (
        f"A charge of {event.provider} was paid, and nobody is credited: {problem}."
        if paid
        else f"A charge of {event.provider} could not be credited if it were paid: {problem}."
    )
    severity = Severity.WARNING if paid else Severity.INFO
    about = f"{told.charge.key}:{'paid' if paid else 'open'}"
    await _open(unit, event, severity, about, message, now=now, actual=sums)


async def report_more(
    unit: UnitOfWork,
    event: DueEvent,
    told: ProviderEvent,
    paid: Money,
    now: datetime,
) -> None:
    """What was credited stays; that a later event knows of more money is told."""
    assert told.charge is not None
    credited = await settled_amount(unit, event, told.charge.key)
    if credited is None or paid.units <= credited.units:
        return
    message = f"A charge of {event.provider} was credited already; a later event names more."
    about = f"{told.charge.key}:more:{paid.units}"
    await _open(
        unit,
        event,
        Severity.WARNING,
        about,
        message,
        now=now,
        expected=str(credited.units),
        actual=str(paid.units),
    )


async def _open(
    unit: UnitOfWork,
    event: DueEvent,
    severity: Severity,
    about: str,
    message: str,
    *,
    now: datetime,
    expected: str | None = None,
    actual: str | None = None,
) -> None:
    found = NewDiscrepancy(
        DiscrepancyKind.UNATTRIBUTED_PAYMENT,
        severity,
        f"{event.provider}:{about}",
        message,
        expected=expected,
        actual=actual,
    )
    await open_discrepancy(unit, event.program_id, found, provider_actor(event.provider), now)
