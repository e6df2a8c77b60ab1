"""One call of every root field, on things of one program."""

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
from tests.api.paying import Paying
from tests.storage.seeds import wallet

_ERRORS = "userErrors { code message field }"
_PROGRAM = f"program {{ id status name now }} {_ERRORS}"
_INTENT = f"intent {{ id status version }} replayed warnings {{ code }} {_ERRORS}"
_BATCH = f"payoutBatch {{ id status }} replayed {_ERRORS}"
_AFFILIATE = f"affiliate {{ id status depth }} {_ERRORS}"

CALLS = {
    "Query.viewer": "{ viewer { kind apiKey { name } } }",
    "Query.node": '{ node(id: "%(affiliate)s") { id } }',
    "Query.nodes": '{ nodes(ids: ["%(affiliate)s"]) { id } }',
    "Query.program": '{ program(slug: "%(slug)s") { id } }',
    "Query.programs": "{ programs { nodes { id } totalCount { value } } }",
    "Query.affiliate": '{ affiliate(by: {id: "%(affiliate)s"}) { id } }',
    "Query.user": '{ user(by: {programId: "%(program)s", wallet: "%(user_wallet)s"}) { id } }',
    "Query.intent": '{ intent(by: {id: "%(intent)s"}) { id } }',
    "Query.payoutBatch": '{ payoutBatch(id: "%(batch)s") { id status } }',
    "Query.paymentAuthorization": """{ paymentAuthorization(programId: "%(program)s", kind: PAYMENT,
        wallet: "%(user_wallet)s", amount: {amount: "10", currency: "USDC"}, idempotencyKey: "k") { nonce } }""",
    "Query.affiliateWalletChange": """{ affiliateWalletChange(id: "%(affiliate)s", newWallet: "%(new_wallet)s")
        { expiresAt } }""",
    "Query.systemStatus": "{ systemStatus { health } }",
    "Mutation.createProgram": """mutation { createProgram(input: {slug: "%(new_slug)s", name: "New",
        treasury: "%(safe)s", chainId: "31337", currencies: ["USDC"], adminWallets: [],
        terms: {commissionLevelsBps: [100]}}) { program { id slug } userErrors { code message field } } }""",
    "Mutation.updateProgram": """mutation { updateProgram(input: {programId: "%(program)s", name: "Other"})
        { """
    + _PROGRAM
    + " } }",
    "Mutation.setTerms": """mutation { setTerms(input: {programId: "%(program)s", idempotencyKey: "terms",
        terms: {commissionLevelsBps: [100]}}) { terms { version } replayed userErrors { code message field } } }""",
    "Mutation.advanceClock": 'mutation { advanceClock(programId: "%(program)s", to: "%(later)s") { program { id }'
    + _ERRORS
    + " } }",
    "Mutation.pauseProgram": 'mutation { pauseProgram(programId: "%(program)s", reason: "why") { program { id status }'
    + _ERRORS
    + " } }",
    "Mutation.resumeProgram": 'mutation { resumeProgram(programId: "%(program)s", reason: "why") { program { id status }'
    + _ERRORS
    + " } }",
    "Mutation.setProviderSecret": """mutation { setProviderSecret(programId: "%(program)s", provider: "coinbase-commerce",
        secret: "30291a20-0bd1-4267-9b0f") { """
    + _PROGRAM
    + " } }",
    "Mutation.createApiKey": """mutation { createApiKey(programId: "%(program)s", name: "n", scopes: [READ],
        idempotencyKey: "key") { apiKey { id } secret replayed userErrors { code message field } } }""",
    "Mutation.rotateApiKey": """mutation { rotateApiKey(id: "%(key)s", overlapSeconds: 60, idempotencyKey: "rotate")
        { apiKey { id } secret replayed userErrors { code message field } } }""",
    "Mutation.revokeApiKey": 'mutation { revokeApiKey(id: "%(key)s") { apiKey { id revokedAt } '
    + _ERRORS
    + " } }",
    "Mutation.registerAffiliate": """mutation { registerAffiliate(input: {programId: "%(program)s",
        wallet: "%(new_wallet)s", referralCode: "NEW"}) { """
    + _AFFILIATE
    + " } }",
    "Mutation.setAffiliateStatus": """mutation { setAffiliateStatus(id: "%(affiliate)s", status: SUSPENDED,
        reason: "why") { """
    + _AFFILIATE
    + " } }",
    "Mutation.moveAffiliate": """mutation { moveAffiliate(id: "%(affiliate)s", to: {referralCode: "OTHER"},
        reason: "why") { """
    + _AFFILIATE
    + " } }",
    "Mutation.changeAffiliateWallet": """mutation { changeAffiliateWallet(id: "%(affiliate)s",
        newWallet: "%(own_wallet)s", oldSignature: "0x", newSignature: "0x") { """
    + _AFFILIATE
    + " } }",
    "Mutation.registerUser": """mutation { registerUser(input: {programId: "%(program)s", wallet: "%(new_wallet)s",
        idempotencyKey: "join"}) { """
    + _INTENT
    + " } }",
    "Mutation.submitPayment": """mutation { submitPayment(input: {programId: "%(program)s", wallet: "%(user_wallet)s",
        amount: {amount: "10", currency: "USDC"}, idempotencyKey: "submitPayment",
        authorization: %(submitPayment)s}) { """
    + _INTENT
    + " } }",
    "Mutation.retryIntent": 'mutation { retryIntent(id: "%(failed)s", reason: "why") { '
    + _INTENT
    + " } }",
    "Mutation.cancelIntent": 'mutation { cancelIntent(id: "%(intent)s", reason: "why") { '
    + _INTENT
    + " } }",
    "Mutation.reverseSettlement": """mutation { reverseSettlement(id: "%(settlement)s", reason: "why",
        amount: {amount: "1", currency: "USDC"}, idempotencyKey: "reverse") {
          reversal { id } replayed userErrors { code message field } } }""",
    "Mutation.createPayoutBatch": """mutation { createPayoutBatch(programId: "%(due_program)s", currency: "USDC",
        idempotencyKey: "batch") { """
    + _BATCH
    + " } }",
    "Mutation.proposeWithdrawal": """mutation { proposeWithdrawal(programId: "%(rich_program)s",
        amount: {amount: "1", currency: "USDC"}, destination: "%(new_wallet)s", idempotencyKey: "withdraw") { """
    + _BATCH
    + " } }",
    # These three in this order: a batch that an owner signed can be rejected, and then closed.
    "Mutation.approvePayoutBatch": """mutation { approvePayoutBatch(id: "%(proposed)s", owner: "%(safe_owner)s",
        signatures: ["%(owner_signature)s"], contentHash: "%(content_hash)s") { """
    + _BATCH
    + " } }",
    "Mutation.rejectPayoutBatch": 'mutation { rejectPayoutBatch(id: "%(proposed)s", reason: "why") { '
    + _BATCH
    + " } }",
    "Mutation.closePayoutBatch": """mutation { closePayoutBatch(id: "%(proposed)s", reason: "why",
        idempotencyKey: "close") { """
    + _BATCH
    + " } }",
    "Mutation.proposeBalanceAdjustment": """mutation { proposeBalanceAdjustment(affiliateId: "%(terminated)s",
        currency: "USDC", reason: "why", idempotencyKey: "adjust") {
          adjustment { id } replayed userErrors { code message field } } }""",
    "Mutation.approveBalanceAdjustment": """mutation { approveBalanceAdjustment(id: "%(adjustment)s") {
          adjustment { id approvedBy } replayed userErrors { code message field } } }""",
    "Mutation.unhaltLane": 'mutation { unhaltLane(id: "%(lane)s", reason: "why") { lane { id status } '
    + _ERRORS
    + " } }",
    "Mutation.createWebhookEndpoint": """mutation { createWebhookEndpoint(programId: "%(program)s",
        url: "http://127.0.0.1:9/new", events: [INTENT], idempotencyKey: "hook") {
          endpoint { id url events enabled } secret replayed userErrors { code message field } } }""",
    "Mutation.updateWebhookEndpoint": """mutation { updateWebhookEndpoint(id: "%(endpoint)s", events: [LEDGER]) {
        endpoint { id events } """
    + _ERRORS
    + " } }",
    "Mutation.rotateWebhookSecret": """mutation { rotateWebhookSecret(endpointId: "%(endpoint)s",
        idempotencyKey: "turn") { endpoint { id } secret replayed userErrors { code message field } } }""",
    "Mutation.redeliverWebhook": """mutation { redeliverWebhook(deliveryId: "%(delivery)s", idempotencyKey: "again") {
        delivery { id status } replayed userErrors { code message field } } }""",
    "Mutation.deleteWebhookEndpoint": """mutation { deleteWebhookEndpoint(id: "%(endpoint)s") {
        endpoint { id enabled } """
    + _ERRORS
    + " } }",
    "Mutation.createExport": 'mutation { createExport(programId: "%(program)s", kind: COMMISSIONS) { url expiresAt '
    + _ERRORS
    + " } }",
    "Subscription.intentStatus": 'subscription { intentStatus(id: "%(intent)s") { id } }',
    "Subscription.programEvents": 'subscription { programEvents(programId: "%(program)s") { type } }',
    "Subscription.payoutBatchStatus": 'subscription { payoutBatchStatus(id: "%(batch)s") { id } }',
    "Subscription.affiliateEarnings": 'subscription { affiliateEarnings(affiliateId: "%(affiliate)s") { id } }',
    "Subscription.programDashboard": 'subscription { programDashboard(programId: "%(program)s") { at } }',
    "Subscription.systemStatus": "subscription { systemStatus { health } }",
}
"""Root field to a document; what it names is filled in from a `Scene`."""

TERMINATE = """
mutation ($id: ID!) { setAffiliateStatus(id: $id, status: TERMINATED, reason: "a test") { userErrors { code } } }
"""
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
