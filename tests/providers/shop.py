"""A program that sells through a payment provider, and what a test does to it."""

from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID

from app.auth.sealed_secrets import SecretBox
from app.domain.states import AffiliateStatus
from app.processes.process_provider_events import process_provider_events
from app.processes.receive_provider_event import ProviderEvents
from app.services.affiliates.change_affiliates import SetAffiliateStatus, set_affiliate_status
from app.services.intents.change_intents import retry_intent
from app.services.programs.create_program import ProgramResult
from app.services.providers.secrets import SetProviderSecret, set_provider_secret
from app.store.database import Database
from schema.ids import IdPrefix, decode_id, encode_id
from tests.providers.charges import Charge, signature_of
from tests.services.world import World, key_of, wallet

SECRET = "30291a20-0bd1-4267-9b0f-e6e7b123c0bf"
PROVIDER = "coinbase-commerce"
IDS = partial(decode_id, IdPrefix.PROGRAM)
_KEYS = count(1)
_BALANCES = """
SELECT a.kind, coalesce(f.referral_code, '') AS owner, a.credits - a.debits AS balance
  FROM account a LEFT JOIN affiliate f ON a.kind = 'AFFILIATE' AND f.program_id = a.program_id AND f.id = a.owner_id
 WHERE a.program_id = $1 AND a.credits <> a.debits
"""
_INTENT = """
SELECT i.*, s.status, s.stage, s.failure_code, s.failure_retryable, s.version, u.registered_at, u.referrer_id AS users_referrer
  FROM intent i JOIN intent_state s ON s.program_id = i.program_id AND s.intent_id = i.id
  JOIN program_user u ON u.program_id = i.program_id AND u.id = i.user_id
 WHERE i.program_id = $1 AND i.idempotency_key = $2
"""


@dataclass
class Shop:
    """worker: as the processes that work through events log in."""

    world: World
    worker: Database
    program: ProgramResult
    box: SecretBox = field(
        default_factory=lambda: SecretBox("a key of the tests, long enough for it")
    )
    receiver: ProviderEvents = field(init=False)

    def __post_init__(self) -> None:
        self.receiver = ProviderEvents(
            self.world.api, self.world.bells, self.box, lambda: self.world.now
        )

    @property
    def id(self) -> int:
        return self.program.program_id

    @property
    def name(self) -> str:
        """As clients write it."""
        return encode_id(IdPrefix.PROGRAM, self.program.public_id)

    async def set_secret(self, secret: str = SECRET, **changed: Any) -> None:
        """As a person who manages the program does."""
        command = SetProviderSecret(self.id, PROVIDER, secret, **changed)
        use_case = partial(set_provider_secret)
        await self.world.run(self.id, use_case, self.box, key_of(self.id), command)

    def charge(self, **changed: Any) -> Charge:
        """One whose maker did everything right, but for what is changed; None takes a member out."""
        given = {
            "program": self.name,
            "wallet": wallet(),
            "referralCode": "LEAF",
            "idempotencyKey": f"order {next(_KEYS)}",
        } | changed
        return Charge({name: value for name, value in given.items() if value is not None})

    async def receive(self, body: bytes, secret: str = SECRET) -> bool:
        """The provider sends a body."""
        return await self.receiver.receive(self.program.public_id, signature_of(body, secret), body)

    async def process(self) -> int:
        """A worker does what is due."""
        return await process_provider_events(
            self.worker, self.world.bells, lambda: self.world.now, IDS
        )

    async def tell(self, *bodies: bytes) -> None:
        """The provider sends them, one after the other, and a worker follows."""
        for body in bodies:
            assert await self.receive(body)
            await self.process()

    async def intent(self, charge: Charge) -> Any:
        """The intent of a charge, with its state and its user."""
        rows = await self.world.fetch(self.id, _INTENT, self.id, charge.metadata["idempotencyKey"])
        return rows[0] if rows else None

    async def retry(self, intent_id: UUID) -> None:
        """A person wants it tried again."""
        await self.world.run(
            self.id, retry_intent, key_of(self.id), intent_id, "the customer called"
        )

    async def suspend(self, affiliate_id: UUID) -> None:
        command = SetAffiliateStatus(affiliate_id, AffiliateStatus.SUSPENDED, "a test")
        await self.world.run(self.id, set_affiliate_status, key_of(self.id), command)

    async def balances(self) -> dict[str, int]:
        """Credits less debits, by kind and referral code, those at zero left out."""
        rows = await self.world.fetch(self.id, _BALANCES, self.id)
        return {f"{row['kind']} {row['owner']}".strip(): row["balance"] for row in rows}

    async def outcomes(self) -> list[str]:
        """Of all events, in the order of their coming."""
        query = "SELECT outcome FROM provider_event WHERE program_id = $1 ORDER BY received_at, id"
        return [row["outcome"] for row in await self.world.fetch(self.id, query, self.id)]

    async def discrepancies(self) -> list[Any]:
        """What people are told of."""
        query = "SELECT * FROM discrepancy WHERE program_id = $1 ORDER BY opened_at, id"
        return await self.world.fetch(self.id, query, self.id)


async def open_shop(world: World, worker: Database) -> Shop:
    """With affiliates ROOT, MIDDLE and LEAF, each below the one before; levels of 10, 5 and 2 %, a fee of 1 %."""
    shop = Shop(world, worker, await world.program())
    parent: str | None = None
    for code in ("ROOT", "MIDDLE", "LEAF"):
        await world.affiliate(shop.id, code, parent)
        parent = code
    await shop.set_secret()
    return shop
