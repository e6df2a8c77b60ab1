"""Books whose accepted intents ask for their seals, as the service that accepts does."""

from dataclasses import dataclass

from app.services.audit import audit_event
from app.services.execute import execute
from app.store.database import UnitOfWork
from tests.posting.books import Asked
from tests.posting.changing_books import ChangingBooks

_INTENT = "SELECT id FROM intent WHERE program_id = $1 AND idempotency_key = $2"


@dataclass
class SealedBooks(ChangingBooks):
    async def _accept(self, asked: Asked, version: int, referrer: int | None) -> None:
        await super()._accept(asked, version, referrer)
        [row] = await self.fetch(_INTENT, self.program.id, asked.key)

        async def seal(unit: UnitOfWork) -> None:
            unit.record(audit_event([row["id"]], self.now))

        await execute(self.worker, self.world.bells, self.program.id, seal)
