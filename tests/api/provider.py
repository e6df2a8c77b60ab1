"""Coinbase Commerce beside a program, and a worker who reads what it sends."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx

from app.processes.process_provider_events import process_provider_events
from app.store.database import Database as Pool
from schema.ids import IdPrefix, decode_id
from tests.api.caller import OwnProgram, Stage
from tests.providers.charges import Charge, signature_of
from tests.services.world import wallet

SECRET = "30291a20-0bd1-4267-9b0f-e6e7b123c0bf"
SET = """
mutation ($id: ID!, $secret: String!, $overlap: Int! = 86400, $provider: String! = "coinbase-commerce") {
  setProviderSecret(programId: $id, provider: $provider, secret: $secret, overlapSeconds: $overlap) {
    program { providerSecrets { provider createdAt validUntil } } userErrors { code message field }
  }
}
"""
INTENT = """
query ($id: ID!, $key: String!) {
  intent(by: {idempotencyKey: {programId: $id, idempotencyKey: $key}}) {
    id kind status stage amount { amount currency } referralCode wallet user { wallet registeredAt }
    failure { code retryable } timeline { to actor reason }
    settlement {
      id amount { amount } transaction { id } blockNumber
      commissions { level amount { amount } }
      ledgerTransactions { kind entries { nodes { account { kind } } } }
    }
  }
}
"""


@dataclass
class Provider:
    """Of one program."""

    stage: Stage
    program: OwnProgram
    worker: Pool

    async def post(
        self, body: bytes, *, to: str | None = None, secret: str = SECRET, **headers: str
    ) -> httpx.Response:
        signed = {"x-cc-webhook-signature": signature_of(body, secret).decode()} | headers
        path = f"/webhooks/coinbase-commerce/{to or self.program.slug}"
        return await self.stage.client.post(path, content=body, headers=signed)

    async def tell(self, *bodies: bytes) -> None:
        for body in bodies:
            response = await self.post(body)
            assert (response.status_code, response.json()) == (200, {"received": True})
            await self.process()

    async def process(self) -> None:
        ids = partial(decode_id, IdPrefix.PROGRAM)
        await process_provider_events(
            self.worker, self.stage.process.bells, self.stage.process.now, ids
        )

    def charge(self, **changed: Any) -> Charge:
        given = {"program": self.program.id, "wallet": wallet(), "idempotencyKey": "order 1"}
        return Charge(given | changed)

    async def shown(self) -> Any:
        """The intent of the charge, as the program sees it."""
        asked = await self.program.ask(INTENT, id=self.program.id, key="order 1")
        return asked["intent"]
