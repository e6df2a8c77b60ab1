"""Writes down when API keys were last used, a minute at most behind."""

from collections.abc import Sequence
from functools import partial

from app.auth.api_keys import KeyUse
from app.services.execute import Bells, execute
from app.store.api_keys import note_key_use
from app.store.database import Database


async def note_key_uses(database: Database, bells: Bells, uses: Sequence[KeyUse]) -> None:
    """uses: what ApiKeyAuthenticator.take_uses gave."""
    for use in uses:
        note = partial(note_key_use, key_id=use.key_id, at=use.at)
        await execute(database, bells, use.program_id, note)
