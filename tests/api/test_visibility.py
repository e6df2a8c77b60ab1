"""What each kind of caller can reach over any path, compared with what is its own by the tables."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg
import pytest
from eth_account import Account

from schema.ids import IdPrefix, encode_entry_id, encode_id
from tests.api.batched import Batches
from tests.api.caller import Caller, OwnProgram, Stage
from tests.api.filled import FilledProgram
from tests.api.listening import add_endpoints
from tests.api.seeing import Sight, everything
from tests.api.signing_in import signed_in

_TABLES = {
    IdPrefix.AFFILIATE: "SELECT public_id FROM affiliate WHERE program_id = $1",
    IdPrefix.API_KEY: "SELECT id FROM api_key WHERE program_id = $1",
    IdPrefix.AUDIT_ENTRY: "SELECT id FROM audit WHERE program_id = $1",
    IdPrefix.BALANCE_ADJUSTMENT: "SELECT id FROM balance_adjustment WHERE program_id = $1",
    IdPrefix.CHAIN_TRANSACTION: "SELECT id FROM chain_transaction WHERE $1::bigint IS NOT NULL",
    IdPrefix.COMMISSION: "SELECT id FROM commission WHERE program_id = $1",
    IdPrefix.DISCREPANCY: "SELECT id FROM discrepancy WHERE program_id = $1",
    IdPrefix.INTENT: "SELECT id FROM intent WHERE program_id = $1",
    IdPrefix.LANE: "SELECT id FROM lane WHERE $1::bigint IS NOT NULL",
    IdPrefix.LEDGER_ACCOUNT: "SELECT public_id FROM account WHERE program_id = $1",
    IdPrefix.LEDGER_TRANSACTION: "SELECT public_id FROM journal WHERE program_id = $1",
    IdPrefix.PAYOUT: "SELECT id FROM payout WHERE program_id = $1",
    IdPrefix.PAYOUT_BATCH: "SELECT id FROM payout_batch WHERE program_id = $1",
    IdPrefix.PROGRAM: "SELECT public_id FROM program WHERE id = $1",
    IdPrefix.RECONCILIATION_RUN: "SELECT id FROM reconciliation_run WHERE program_id = $1",
    IdPrefix.REVERSAL: "SELECT id FROM reversal WHERE program_id = $1",
    IdPrefix.SAFE_TRANSACTION: "SELECT id FROM safe_transaction WHERE program_id = $1",
    IdPrefix.SETTLEMENT: "SELECT id FROM settlement WHERE program_id = $1",
    IdPrefix.USER: "SELECT public_id FROM program_user WHERE program_id = $1",
    IdPrefix.WEBHOOK_DELIVERY: "SELECT id FROM webhook_delivery WHERE program_id = $1",
    IdPrefix.WEBHOOK_ENDPOINT: "SELECT id FROM webhook_endpoint WHERE program_id = $1",
}
_BRANCH = """
SELECT b.public_id FROM affiliate b, affiliate a
 WHERE a.program_id = $1 AND a.referral_code = $2 AND b.program_id = $1
   AND substring(b.path FROM 1 FOR length(a.path)) = a.path
"""
_OWN_AFFILIATE = (
    "SELECT id, public_id, wallet FROM affiliate WHERE program_id = $1 AND referral_code = $2"
)
_OWN_COMMISSIONS = "SELECT id FROM commission WHERE program_id = $1 AND affiliate_id = $2"
_OWN_PAYOUTS = "SELECT id FROM payout WHERE program_id = $1 AND affiliate_id = $2"
_OWN_ACCOUNT = """
SELECT id, public_id FROM account WHERE program_id = $1 AND kind = 'AFFILIATE' AND owner_id = $2
"""
_OWN_ENTRIES = """
SELECT j.public_id, t.seq, t.debit_account_id = a.id AS debit
  FROM account a JOIN transfer t ON t.program_id = $1 AND a.id IN (t.debit_account_id, t.credit_account_id)
  JOIN journal j ON j.program_id = $1 AND j.id = t.journal_id
 WHERE a.program_id = $1 AND a.kind = 'AFFILIATE' AND a.owner_id = $2
"""
_TRANSFERS = """
SELECT j.public_id, t.seq FROM transfer t JOIN journal j ON j.program_id = $1 AND j.id = t.journal_id
 WHERE t.program_id = $1
"""
_CARRY_TOGETHER = """
INSERT INTO intent_attempt (program_id, intent_id, number, chain_transaction_id, item_index, live, started_at, finished_at)
SELECT a.program_id, $2, 2, a.chain_transaction_id, 1, false, now(), now() FROM intent_attempt a WHERE a.intent_id = $1
"""
_OWN_USER = (
    "SELECT id, public_id, wallet FROM program_user WHERE program_id = $1 ORDER BY id LIMIT 1"
)
_OWN_REFUNDS = "SELECT id FROM payout WHERE program_id = $1 AND user_id = $2"
_OWN_INTENTS = "SELECT id FROM intent WHERE program_id = $1 AND user_id = $2"
_OWN_SETTLEMENTS = """
SELECT s.id FROM settlement s JOIN intent i ON i.program_id = s.program_id AND i.id = s.intent_id
 WHERE s.program_id = $1 AND i.user_id = $2
"""
_OWN_TRANSACTIONS = """
SELECT a.chain_transaction_id FROM intent_attempt a JOIN intent i ON i.program_id = a.program_id AND i.id = a.intent_id
 WHERE a.program_id = $1 AND i.user_id = $2
"""
_PERSONS = """
SELECT wallet FROM affiliate WHERE program_id = ANY ($1) UNION SELECT wallet FROM program_user WHERE program_id = ANY ($1)
"""
_ADJUST = """
INSERT INTO balance_adjustment (program_id, id, affiliate_id, currency, amount, reason, proposed_by, proposed_at)
SELECT $1, gen_random_uuid(), a.id, 'USDC', 1, 'a test', 'test', now() FROM affiliate a WHERE a.program_id = $1
"""
_OWNERS = "UPDATE treasury SET owners = ARRAY[$2] WHERE program_id = $1"
_NAMED_IN_BATCHES = """
SELECT public_id FROM affiliate WHERE program_id = $1 AND id IN
 (SELECT affiliate_id FROM payout WHERE program_id = $1 UNION SELECT affiliate_id FROM payout_exclusion WHERE program_id = $1
   UNION SELECT affiliate_id FROM payout_batch_change WHERE program_id = $1)
"""
_MEMBER = """
INSERT INTO program_member (program_id, wallet, role, granted_by, granted_at) VALUES ($1, $2, 'ADMIN', 'test', now())
"""
_OTHERS_MONEY = (
    "earnings",
    "commissions",
    "payouts",
    "statement",
    "downlineSummary",
    "referredUsers",
    "wallet",
)


@dataclass
class World:
    """One filled program, another one beside it, and everything that has an id in both."""

    stage: Stage
    filled: FilledProgram
    other: OwnProgram
    other_key: int
    own_ids: set[str]
    other_ids: set[str]

    @property
    def owner(self) -> asyncpg.Connection:
        return self.filled.owner

    @property
    def key(self) -> int:
        return self.filled.key

    async def seen_by(self, caller: Caller) -> Sight:
        """All that it reaches from every object of both programs and from every root field of one program."""
        program, other = self.filled.program, self.other
        roots = [
            "viewer { __typename kind apiKey { id } }",
            "programs { nodes { id } }",
            *(f'program(slug: "{one.slug}") {{ id }}' for one in (program, other)),
        ]
        for wallet in await self.wallets():
            by = f'programId: "{program.id}", wallet: "{wallet}"'
            roots += [
                f"user(by: {{{by}}}) {{ id wallet }}",
                f"affiliate(by: {{wallet: {{{by}}}}}) {{ id wallet }}",
            ]
        for code in ("TOP", "MIDDLE", "LOW", "BRANCH0", "LEAF0"):
            by = f'programId: "{program.id}", referralCode: "{code}"'
            roots.append(f"affiliate(by: {{referralCode: {{{by}}}}}) {{ id }}")
        roots += [
            f'intent(by: {{id: "{id_}"}}) {{ id }}' for id_ in self.own_ids if id_[:3] == "int"
        ]
        roots += [f'payoutBatch(id: "{id_}") {{ id }}' for id_ in self.own_ids if id_[:3] == "bat"]
        return await everything(caller, self.own_ids | self.other_ids, roots)

    async def wallets(self) -> set[str]:
        """Of all affiliates and users of both programs."""
        return {row[0] for row in await self.owner.fetch(_PERSONS, [self.key, self.other_key])}

    async def ids(self, prefix: IdPrefix, query: str, *values: object) -> set[str]:
        return {
            encode_id(prefix, row[0]) for row in await self.owner.fetch(query, self.key, *values)
        }


async def entry_ids(owner: asyncpg.Connection, key: int) -> set[str]:
    """Both sides of every transfer: one is found from the other."""
    return {
        encode_entry_id(row["public_id"], row["seq"], debit=debit)
        for row in await owner.fetch(_TRANSFERS, key)
        for debit in (True, False)
    }


async def all_ids(owner: asyncpg.Connection, key: int) -> set[str]:
    found: set[str] = set()
    for prefix, query in _TABLES.items():
        found |= {encode_id(prefix, row[0]) for row in await owner.fetch(query, key)}
    return found | await entry_ids(owner, key)


@pytest.fixture
async def world(stage: Stage, filled: FilledProgram) -> World:
    await filled.grow(2)
    await Batches(filled).propose(filled.payments[:1])
    first, second = filled.payments[0].intent, filled.payments[1].intent
    await filled.owner.execute(_CARRY_TOGETHER, first, second)
    await filled.reverse()
    await filled.doubt(2)
    await add_endpoints(filled, 1)
    await filled.owner.execute(_ADJUST, filled.key)
    other = await stage.program()
    await other.affiliate("ELSEWHERE")
    owner = filled.owner
    other_key: int = await owner.fetchval("SELECT id FROM program WHERE slug = $1", other.slug)
    own, others = await all_ids(owner, filled.key), await all_ids(owner, other_key)
    # Every kind of object is asked for; a session is its wallet's and in no program.
    assert kinds(own) == {*IdPrefix} - {IdPrefix.SESSION}
    shared = {id_ for id_ in own & others if id_[:3] in {"lan", "ctx"}}
    return World(stage, filled, other, other_key, own, others - shared)


def kinds(ids: set[str]) -> set[str]:
    return {id_[:3] for id_ in ids}


async def test_an_affiliate_sees_its_branch_and_nobody_elses_money(world: World) -> None:
    own = await world.owner.fetchrow(_OWN_AFFILIATE, world.key, "MIDDLE")
    sight = await world.seen_by(await signed_in(world.stage, own["wallet"]))
    branch = await world.ids(IdPrefix.AFFILIATE, _BRANCH, "MIDDLE")
    entries = {
        encode_entry_id(row["public_id"], row["seq"], debit=row["debit"])
        for row in await world.owner.fetch(_OWN_ENTRIES, world.key, own["id"])
    }
    account = await world.owner.fetchrow(_OWN_ACCOUNT, world.key, own["id"])
    may = (
        branch
        | entries
        | await world.ids(IdPrefix.COMMISSION, _OWN_COMMISSIONS, own["id"])
        | await world.ids(IdPrefix.PAYOUT, _OWN_PAYOUTS, own["id"])
        | {encode_id(IdPrefix.LEDGER_ACCOUNT, account["public_id"])}
        | {world.filled.program.id, world.other.id}
    )
    assert sight.ids <= may, sorted(sight.ids - may)
    assert branch <= sight.objects.keys()
    assert {"aff", "com", "acc", "ent", "prg"} <= kinds(sight.ids)
    assert sight.addresses & await world.wallets() == {own["wallet"]}
    assert "TOP" not in sight.texts
    own_id = encode_id(IdPrefix.AFFILIATE, own["public_id"])
    for id_ in branch - {own_id}:
        shown = sight.objects[id_]
        assert {name: shown.get(name) for name in _OTHERS_MONEY} == dict.fromkeys(_OTHERS_MONEY), (
            id_
        )
    assert all(sight.objects[own_id][name] for name in ("earnings", "commissions", "statement"))


async def test_a_client_sees_itself_and_its_intents(world: World) -> None:
    own = await world.owner.fetchrow(_OWN_USER, world.key)
    sight = await world.seen_by(await signed_in(world.stage, own["wallet"]))
    intents = await world.ids(IdPrefix.INTENT, _OWN_INTENTS, own["id"])
    may = (
        intents
        | await world.ids(IdPrefix.SETTLEMENT, _OWN_SETTLEMENTS, own["id"])
        | await world.ids(IdPrefix.CHAIN_TRANSACTION, _OWN_TRANSACTIONS, own["id"])
        | await world.ids(IdPrefix.PAYOUT, _OWN_REFUNDS, own["id"])
        | {encode_id(IdPrefix.USER, own["public_id"]), world.filled.program.id, world.other.id}
    )
    assert sight.ids <= may, sorted(sight.ids - may)
    assert intents <= sight.objects.keys()
    assert kinds(sight.ids) == {"int", "stl", "ctx", "usr", "pay", "prg"}
    assert sight.addresses & await world.wallets() == {own["wallet"]}


async def test_an_owner_of_the_treasury_sees_batches(world: World) -> None:
    wallet = Account.create().address
    await world.owner.execute(_OWNERS, world.key, wallet)
    sight = await world.seen_by(await signed_in(world.stage, wallet))
    may = {id_ for id_ in world.own_ids if id_[:3] in {"bat", "stx", "pay"}}
    named = await world.ids(IdPrefix.AFFILIATE, _NAMED_IN_BATCHES)
    assert named
    assert sight.ids == may | named | {world.filled.program.id, world.other.id}
    # Of whom they pay, owners see the name: no affiliate's own page, relatives, wallet or money.
    assert sight.objects.keys() == sight.ids - named


async def test_an_owner_of_another_treasury_sees_nobody_of_this_one(world: World) -> None:
    wallet = Account.create().address
    await world.owner.execute(_OWNERS, world.other_key, wallet)
    sight = await world.seen_by(await signed_in(world.stage, wallet))
    assert sight.ids == {world.filled.program.id, world.other.id}


async def test_a_wallet_that_is_nobody_sees_what_is_public(world: World) -> None:
    sight = await world.seen_by(await signed_in(world.stage, Account.create().address))
    assert sight.ids == {world.filled.program.id, world.other.id}
    assert not sight.addresses & await world.wallets()


async def test_closed_programs_are_not_there_for_strangers(world: World) -> None:
    closing = "UPDATE program SET open_registration = false WHERE id = $1"
    await world.owner.execute(closing, world.key)
    sight = await world.seen_by(await signed_in(world.stage, Account.create().address))
    assert sight.ids == {world.other.id}


@pytest.mark.parametrize("kind", ["READ", "ADMIN"])
async def test_who_reads_everything_sees_all_of_one_program(world: World, kind: str) -> None:
    wallet = Account.create().address
    await world.owner.execute(_MEMBER, world.key, wallet)
    token = await world.stage.key(world.filled.program.id, ["READ"])
    caller = Caller(world.stage.client, token)
    sight = await world.seen_by(caller if kind == "READ" else await signed_in(world.stage, wallet))
    open_to_wallets = set() if kind == "READ" else {world.other.id}
    assert not (sight.ids & world.other_ids) - open_to_wallets
    unseen = {id_ for id_ in world.own_ids - sight.objects.keys() if id_[:3] != "ctx"}
    assert not unseen
    assert not sight.addresses & {
        row[0] for row in await world.owner.fetch(_PERSONS, [world.other_key])
    }


@pytest.mark.parametrize("scope", ["WRITE_INTENTS", "MANAGE_AFFILIATES", "MANAGE_PAYOUTS"])
async def test_a_key_that_may_only_write_reads_nothing(world: World, scope: str) -> None:
    token = await world.stage.key(world.filled.program.id, [scope])
    sight = await world.seen_by(Caller(world.stage.client, token))
    assert kinds(sight.ids) == {"key"}
    assert not sight.addresses & await world.wallets()
    assert sight.codes == {"FORBIDDEN"}


async def test_the_platform_sees_that_programs_exist(world: World) -> None:
    sight = await world.seen_by(world.stage.platform)
    assert {world.filled.program.id, world.other.id} <= sight.ids
    assert kinds(sight.ids) <= {"prg", "key", "lan"}
    assert not sight.addresses & await world.wallets()


def test_ids_are_told_from_other_text() -> None:
    sight = Sight()
    sight.take({"data": {"a": [{"id": encode_id(IdPrefix.USER, UUID(int=7))}, "usr_x", "usr"]}})
    assert sight.ids == {encode_id(IdPrefix.USER, UUID(int=7))}
