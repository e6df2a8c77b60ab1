"""Stores many new intents of one program in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from app.services.audit import audit_event
from app.store.database import UnitOfWork
from app.store.intents import intake as store
from app.store.intents.origins import store_traces


async def accept_intents(
    unit: UnitOfWork, rows: Sequence[store.NewIntent], now: datetime
) -> list[store.StoredIntent]:
    """Each row's intent, in order; a key that stands twice is stored by its first row.

    Raises store.StaleFactsError and store.BusyError, with nothing stored.
    """
    first: dict[str, int] = {}
    for row in rows:
        first.setdefault(row.key, len(first))
    distinct = list({row.key: row for row in reversed(rows)}.values())
    distinct.sort(key=lambda row: first[row.key])
    stored = await store.accept_intents(unit, distinct, now)
    made = [one.id for one in stored if one.created]
    if made:
        # The audit row of an intent's acceptance has the intent's own id.
        unit.record(audit_event(made, now))
        traces = [(row.id, row.traceparent) for row in distinct if row.traceparent is not None]
        if traces:
            await store_traces(unit, [one for one in traces if one[0] in made])
        unit.wake("settle_intents")
    return [
        store.StoredIntent(one.id, one.created and row.id == one.id, one.request_hash)
        for row in rows
        for one in [stored[first[row.key]]]
    ]
