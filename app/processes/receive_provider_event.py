"""From a stranger's request to a stored event: compared with the program's secrets first, read by nobody before that."""

from functools import partial
from uuid import UUID

from app.auth.provider_signature import MOST_SECRETS, SignatureJudge, secret_context
from app.auth.sealed_secrets import SecretBox
from app.domain.clock import Clock
from app.domain.errors import Unavailable
from app.domain.providers import COINBASE_COMMERCE
from app.services.execute import Bells, execute
from app.services.providers.receive_event import receive_event
from app.store.database import Database
from app.store.database_errors import passes
from app.store.providers.secrets import good_secrets


class ProviderEvents:
    """What providers send to one process."""

    def __init__(self, database: Database, bells: Bells, box: SecretBox, clock: Clock) -> None:
        self._database = database
        self._bells = bells
        self._judge = SignatureJudge(box)
        self._clock = clock

    async def receive(self, program: UUID | str, signature: bytes, body: bytes) -> bool:
        """Stores the body; False, nothing changed, unless one of the program's secrets signed it.

        program: its public id or its slug, whether there is one or not. Raises Unavailable.
        """
        try:
            return await self._receive(program, signature, body)
        except Exception as problem:
            if passes(problem):
                raise Unavailable("others are changing the same at this moment") from problem
            raise

    async def _receive(self, program: UUID | str, signature: bytes, body: bytes) -> bool:
        now = self._clock()
        async with self._database.read(None) as session:
            secrets = await good_secrets(session, program, COINBASE_COMMERCE, now, MOST_SECRETS)
        known = [(one.sealed, secret_context(one.program_id, one.id)) for one in secrets]
        if not self._judge.signed(body, signature, known):
            return False
        store = partial(receive_event, body=body, now=now)
        await execute(self._database, self._bells, secrets[0].program_id, store)
        return True
