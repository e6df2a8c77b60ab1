"""What a statement's export ends with: the sums that the API's Statement has."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from app.store.database import ReadSession
from app.store.reads import affiliates
from app.store.reads.statements import StatementQuestion, statements

_SUMS = ("opening", "accrued", "reversed", "paid", "closing")


async def sums_of_statement(
    session: ReadSession, conditions: Mapping[str, Any]
) -> list[dict[str, str]]:
    """A row for each, named in the first column: opening + accrued - reversed - paid = closing."""
    currency = conditions["currency"]
    [affiliate] = await affiliates.by_ids(session, [UUID(conditions["affiliateId"])])
    assert affiliate is not None  # no affiliate goes away, and the link was not made without it
    period = [datetime.fromisoformat(conditions[name]) for name in ("from", "to")]
    [row] = await statements(session, [StatementQuestion(affiliate.key, currency, *period)])
    assert row is not None
    return [
        {"transaction_id": name, "amount": getattr(row, name).amount, "currency": currency}
        for name in _SUMS
    ]
