"""A program with one of everything that a call of a root field can name."""

from dataclasses import dataclass, field
from datetime import timedelta

import asyncpg
from eth_account import Account
from eth_account.signers.local import LocalAccount

from app.domain.ids import new_id
from app.domain.intents import SIGNED_KINDS
from app.domain.intents.kind import SignedKind
from schema.ids import IdPrefix, decode_id, encode_id
from tests.api.caller import CREATE_KEY, OwnProgram, Stage
from tests.api.operations import CALLS, TERMINATE
from tests.api.paying import Paying
from tests.storage.seeds import wallet

_AUTHORIZATION = """
query ($program: ID!, $wallet: Address!, $kind: IntentKind!, $key: String!) {
  paymentAuthorization(programId: $program, kind: $kind, wallet: $wallet,
                       amount: {amount: "10", currency: "USDC"}, idempotencyKey: $key) {
    typedData validAfter validBefore
  }
}
"""
_USER = """
INSERT INTO program_user (program_id, public_id, wallet, created_at, registered_at)
SELECT id, $2, $3, now(), now() FROM program WHERE slug = $1
"""
_LANE = """
INSERT INTO lane (id, chain_id, relayer, status, halt_reason, halted_at, next_nonce, created_at)
VALUES ($1, 31337, $2, 'ACTIVE', NULL, NULL, 0, now())
"""
_DELIVERY = """
INSERT INTO webhook_delivery (program_id, id, endpoint_id, event_epoch, event_position, event_name, body, next_attempt_at,
                              created_at)
SELECT program_id, $2, id, 1, 1, 'intent.accepted', '{}', now(), now() FROM webhook_endpoint WHERE id = $1
"""
_DISCREPANCY = """
INSERT INTO discrepancy (program_id, id, kind, severity, reference, message, opened_at)
SELECT id, $2, 'UNATTRIBUTED_PAYMENT', 'WARNING', 'a test', 'Nobody is named.', now() FROM program WHERE slug = $1
"""
_HALT = "UPDATE lane SET status = 'HALTED', halt_reason = 'test', halted_at = now() WHERE id = $1"


@dataclass
class Scene:
    """A program with one of everything that a call can name. batch: a payout batch that nobody has signed yet.

    A Safe has one batch at a time: payouts are changed in programs of their own.
    """

    stage: Stage
    program: OwnProgram
    owner: asyncpg.Connection
    batch: str
    settlement: str
    due: Paying
    rich: Paying
    proposing: Paying
    names: dict[str, str] = field(default_factory=dict)

    def document(self, operation: str) -> str:
        """The call of a root field."""
        return CALLS[operation] % self.names

    def program_of(self, operation: str) -> OwnProgram:
        """Whose key may make this call."""
        own = {
            "Mutation.createPayoutBatch": self.due,
            "Mutation.proposeWithdrawal": self.rich,
            "Mutation.approvePayoutBatch": self.proposing,
            "Mutation.rejectPayoutBatch": self.proposing,
            "Mutation.closePayoutBatch": self.proposing,
        }
        return own[operation].program if operation in own else self.program

    async def set_up(self) -> None:
        """Make what the calls name."""
        payer, lane = Account.create(), new_id()
        await self.owner.execute(_USER, self.program.slug, new_id(), payer.address)
        await self.owner.execute(_LANE, lane, wallet(7))
        await self.owner.execute(_HALT, lane)
        await self.program.affiliate("OTHER")
        moved = await self.program.affiliate("MOVED")
        ended = await self._terminate("BRANCH1", "BRANCH2")
        self.names = {
            "program": self.program.id,
            "slug": self.program.slug,
            "new_slug": f"new-{self.program.slug}",
            "safe": await self.stage.safe(),
            "affiliate": moved["id"],
            "terminated": ended[0],
            "adjustment": await self._propose_adjustment(ended[1]),
            "own_wallet": moved["wallet"],
            "former": await self._granted("CLIENT"),
            "user_wallet": payer.address,
            "new_wallet": Account.create().address,
            "lane": encode_id(IdPrefix.LANE, lane),
            "settlement": self.settlement,
            "key": await self._key(),
            "batch": self.batch,
            "intent": await self._registration("to cancel"),
            "failed": await self._registration("failed"),
            "later": f"{self.stage.process.now() + timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}",
        }
        self.names |= await self._delivery()
        discrepancy = new_id()
        await self.owner.execute(_DISCREPANCY, self.program.slug, discrepancy)
        self.names["discrepancy"] = encode_id(IdPrefix.DISCREPANCY, discrepancy)
        for kind in SIGNED_KINDS:
            if not kind.mints_identity:
                self.names[kind.operation] = await self._signed(payer, kind)
        await self._propose()

    async def _propose(self) -> None:
        signed = self.proposing.signed(await self.proposing.create(), 0)
        self.names |= {
            "due_program": self.due.program.id,
            "rich_program": self.rich.program.id,
            "proposed": signed["id"],
            "safe_owner": signed["owner"],
            "owner_signature": signed["signatures"][0],
            "content_hash": signed["hash"],
        }

    async def _delivery(self) -> dict[str, str]:
        """An endpoint, and something that was queued for it."""
        names = {"program": self.program.id}
        document = CALLS["Mutation.createWebhookEndpoint"].replace('"hook"', '"first"') % names
        endpoint = (await self.program.ask(document))["createWebhookEndpoint"]["endpoint"]["id"]
        delivery = new_id()
        known = decode_id(IdPrefix.WEBHOOK_ENDPOINT, endpoint)
        await self.owner.execute(_DELIVERY, known, delivery)
        return {
            "endpoint": endpoint,
            "delivery": encode_id(IdPrefix.WEBHOOK_DELIVERY, delivery),
        }

    async def _terminate(self, *codes: str) -> list[str]:
        """Affiliates who earned and were not paid."""
        ended = []
        for code in codes:
            by = f'{{referralCode: {{programId: "{self.program.id}", referralCode: "{code}"}}}}'
            asked = await self.program.ask(f"{{ affiliate(by: {by}) {{ id }} }}")
            ended.append(asked["affiliate"]["id"])
            await self.program.ask(TERMINATE, id=ended[-1])
        return ended

    async def _propose_adjustment(self, affiliate: str) -> str:
        document = CALLS["Mutation.proposeBalanceAdjustment"].replace('"adjust"', '"earlier"')
        asked = await self.program.ask(document % {"terminated": affiliate})
        id_: str = asked["proposeBalanceAdjustment"]["adjustment"]["id"]
        return id_

    async def _key(self) -> str:
        made = await self.stage.platform.ask(
            CREATE_KEY, program=self.program.id, scopes=["READ"], key="scene"
        )
        id_: str = made["createApiKey"]["apiKey"]["id"]
        return id_

    async def _granted(self, role: str) -> str:
        """A wallet that has a role."""
        document = CALLS["Mutation.grantRole"].replace("CLIENT", role)
        names = {"program": self.program.id, "new_wallet": Account.create().address}
        await self.program.ask(document % names)
        return names["new_wallet"]

    async def _registration(self, key: str) -> str:
        names = {"program": self.program.id, "new_wallet": Account.create().address}
        document = CALLS["Mutation.registerUser"].replace('"join"', f'"{key}"') % names
        intent: str = (await self.program.ask(document))["registerUser"]["intent"]["id"]
        return intent

    async def _signed(self, payer: LocalAccount, kind: SignedKind) -> str:
        """The authorisation of 10 USDC, under the mutation's name as idempotency key."""
        asked = await self.program.ask(
            _AUTHORIZATION,
            program=self.program.id,
            wallet=payer.address,
            kind=kind.name,
            key=kind.operation,
        )
        document = asked["paymentAuthorization"]
        signature = payer.sign_typed_data(full_message=document["typedData"]).signature
        window = f'validAfter: "{document["validAfter"]}", validBefore: "{document["validBefore"]}"'
        return f'{{{window}, signature: "0x{bytes(signature).hex()}"}}'
