"""Writes down when API keys and sessions were last used, a minute at most behind."""

from collections.abc import Sequence
from functools import partial

from app.auth.authenticator import CredentialUse
from app.services.execute import Bells, execute
from app.store.access.api_keys import note_key_use
from app.store.access.sessions import note_session_use
from app.store.database import Database


async def note_credential_uses(
    database: Database, bells: Bells, uses: Sequence[CredentialUse]
) -> None:
    """uses: what Authenticator.take_uses gave."""
    for use in uses:
        if use.program_id is None:
            note = partial(note_session_use, session_id=use.credential_id, at=use.at)
        else:
            note = partial(note_key_use, key_id=use.credential_id, at=use.at)
        await execute(database, bells, use.program_id, note)
