"""Posting with its event, so that feeds hear of every journal."""

from collections.abc import Sequence
from datetime import datetime

from app.domain.events import EventType, NewEvent
from app.domain.postings import Journal
from app.store.database import UnitOfWork
from app.store.ledger import post


async def post_from_api(
    unit: UnitOfWork, program_id: int, journals: Sequence[Journal], at: datetime
) -> list[int]:
    """Posts all journals with the web process's right: into the unit's own program only."""
    ids = await post(unit, program_id, journals, at, role="api")
    unit.record(
        NewEvent(
            EventType.LEDGER,
            "ledger.posted",
            str(journals[0].public_id),
            1,
            at,
            {
                "v": 1,
                "journals": [str(journal.public_id) for journal in journals],
                "internal": {"journals": ids},
            },
        )
    )
    return ids
