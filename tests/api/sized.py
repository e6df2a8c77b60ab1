"""Every list and summary of the API on a seeded program, with its filters and far pages: what figures and plans are of."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from resolvers import affiliates, audit_log, commissions, downline, intents, ledger, users
from schema.cursors import CursorCodec, Key
from schema.ids import IdPrefix, encode_id
from tests.api.sized_middle import middle_questions
from tests.api.sized_payouts import look_at_payouts, payout_questions, row_questions

# The busiest of each kind, and a row far down each list. One statement, read as the owner.
_FACTS = """
WITH p AS (SELECT id, public_id, slug, created_at FROM program WHERE slug = $1)
SELECT p.id AS program_key, p.public_id AS program, p.slug,
  (SELECT count(*) FROM intent i WHERE i.program_id = p.id) AS intents,
  (SELECT a.public_id FROM affiliate a WHERE a.program_id = p.id ORDER BY a.id LIMIT 1) AS root,
  (SELECT a.path FROM affiliate a WHERE a.program_id = p.id ORDER BY a.id LIMIT 1) AS root_path,
  (SELECT a.public_id FROM affiliate a WHERE a.program_id = p.id AND a.id =
    (SELECT c.affiliate_id FROM commission c WHERE c.program_id = p.id GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1)) AS earner,
  (SELECT x.public_id FROM account x WHERE x.program_id = p.id AND x.kind = 'PROGRAM') AS account,
  (SELECT u.wallet FROM program_user u WHERE u.program_id = p.id ORDER BY u.id LIMIT 1) AS wallet,
  (SELECT u.public_id FROM program_user u WHERE u.program_id = p.id ORDER BY u.id LIMIT 1) AS payer,
  (SELECT s.tx_hash FROM settlement s WHERE s.program_id = p.id ORDER BY s.id DESC LIMIT 1) AS hash,
  (SELECT s.chain_transaction_id FROM settlement s WHERE s.program_id = p.id ORDER BY s.id DESC LIMIT 1) AS carrier,
  (SELECT max(s.confirmed_at) FROM settlement s WHERE s.program_id = p.id) AS newest,
  (SELECT min(s.confirmed_at) FROM settlement s WHERE s.program_id = p.id) AS oldest
  FROM p
"""
_FAR = {
    "intents": "SELECT id FROM intent WHERE program_id = $1 ORDER BY id DESC OFFSET $2 LIMIT 1",
    "commissions": "SELECT id FROM commission WHERE program_id = $1 ORDER BY id DESC OFFSET $2 LIMIT 1",
    "auditLog": "SELECT id FROM audit WHERE program_id = $1 ORDER BY id DESC OFFSET $2 LIMIT 1",
    "Program.affiliates": "SELECT id FROM affiliate WHERE program_id = $1 ORDER BY id OFFSET $2 LIMIT 1",
    "users": "SELECT id FROM program_user WHERE program_id = $1 ORDER BY id OFFSET $2 LIMIT 1",
    "ledgerAccounts": "SELECT id FROM account WHERE program_id = $1 ORDER BY id OFFSET $2 LIMIT 1",
    "ledgerTransactions": "SELECT id FROM journal WHERE program_id = $1 ORDER BY id DESC OFFSET $2 LIMIT 1",
    "LedgerAccount.entries": "SELECT journal_id, seq FROM transfer WHERE program_id = $1 AND purpose = 'payment'"
    " ORDER BY journal_id DESC OFFSET $2 LIMIT 1",
    "Affiliate.downline": "SELECT depth, path FROM affiliate WHERE program_id = $1 AND depth > 0 ORDER BY depth, path OFFSET $2 LIMIT 1",
}
_SIZES = {
    "intents": "intent",
    "commissions": "commission",
    "auditLog": "audit",
    "Program.affiliates": "affiliate",
    "users": "program_user",
    "ledgerAccounts": "account",
    "ledgerTransactions": "journal",
    "LedgerAccount.entries": "journal",
    "Affiliate.downline": "affiliate",
}
_CODECS = {
    codec.name: codec
    for module in (affiliates, audit_log, commissions, downline, intents, ledger, users)
    for value in vars(module).values()
    if isinstance(codec := getattr(value, "codec", value), CursorCodec)
}
_PAGE = "pageInfo { hasNextPage endCursor } totalCount { value exact }"
_INTENT = (
    f"{{ nodes {{ id kind status stage wallet amount {{ amount currency }} createdAt }} {_PAGE} }}"
)
_COMMISSION = f"{{ nodes {{ id level status amount {{ amount currency }} payableAt }} {_PAGE} }}"
_AFFILIATE = f"{{ nodes {{ id wallet referralCode depth createdAt }} {_PAGE} }}"
_USER = f"{{ nodes {{ id wallet registeredAt }} {_PAGE} }}"
_ENTRY = f"{{ nodes {{ id direction amount {{ amount }} balanceAfter {{ amount }} effectiveAt }} {_PAGE} }}"
_ACCOUNT = f"{{ nodes {{ id kind ownerId owner {{ id }} debits {{ amount }} balance {{ amount }} }} {_PAGE} }}"
_JOURNAL = (
    "{ nodes { id kind reference effectiveAt source { id } movements { blockNumber } seal { number } }"
    f" {_PAGE} }}"
)


@dataclass(frozen=True)
class Sized:
    """A seeded program, and what its questions name. far: a cursor nine tenths down each list."""

    facts: dict[str, Any]
    far: dict[str, str]

    @property
    def key(self) -> int:
        return int(self.facts["program_key"])

    @property
    def slug(self) -> str:
        return str(self.facts["slug"])

    def id(self, prefix: IdPrefix, fact: str) -> str:
        value = self.facts[fact]
        assert isinstance(value, UUID)
        return encode_id(prefix, value)


async def look_at(owner: asyncpg.Connection, slug: str) -> Sized:
    """What is busiest in a seeded program."""
    facts = dict(await owner.fetchrow(_FACTS, slug))
    facts |= await look_at_payouts(owner, facts["program_key"])
    far = {}
    for name, statement in _FAR.items():
        rows = await owner.fetchval(
            f"SELECT count(*) FROM {_SIZES[name]} WHERE program_id = $1", facts["program_key"]
        )
        key: Key = tuple(await owner.fetchrow(statement, facts["program_key"], rows * 8 // 10))
        far[name] = _CODECS[name].encode(key)
    return Sized(facts, far)


def questions(sized: Sized) -> dict[str, str]:
    """Each a document of its own, by name."""
    of_program = {
        name: f'{{ program(slug: "{sized.slug}") {{ {field} }} }}'
        for name, field in (_lists(sized) | _sums(sized)).items()
    }
    root, earner = sized.id(IdPrefix.AFFILIATE, "root"), sized.id(IdPrefix.AFFILIATE, "earner")
    of_affiliates = {
        name: f'{{ affiliate(by: {{id: "{earner if name.startswith("earner") else root}"}}) {{ {field} }} }}'
        for name, field in _of_affiliates(sized).items()
    }
    others = (
        payout_questions(sized.facts) | row_questions(sized.facts) | middle_questions(sized.facts)
    )
    return of_program | of_affiliates | _of_others(sized) | others


def _lists(sized: Sized) -> dict[str, str]:
    newest, oldest = (f'"{sized.facts[name].isoformat()}"' for name in ("newest", "oldest"))
    earner, account = (
        sized.id(IdPrefix.AFFILIATE, "earner"),
        sized.id(IdPrefix.USER, "payer"),
    )
    filters = {
        "intents": {
            "CONFIRMED": "status: [CONFIRMED]",
            "FAILED": "status: [FAILED]",
            "PENDING": "status: [PENDING]",
            "PENDING or PROCESSING": "status: [PENDING, PROCESSING]",
            "REGISTRATION": "kind: [REGISTRATION]",
            "COMMERCE_PAYMENT": "kind: [COMMERCE_PAYMENT]",
            "FAILED registrations": "status: [FAILED], kind: [REGISTRATION]",
            "by wallet": f'wallet: "{sized.facts["wallet"]}"',
            "by user": f'userId: "{account}"',
            "by hash": f'transactionHash: "0x{sized.facts["hash"].hex()}"',
            "created before the first": f"createdBefore: {oldest}",
            "created after the last": f"createdAfter: {newest}",
            "stuck": "stuck: true",
        },
        "commissions": {
            "ACCRUED": "status: [ACCRUED]",
            "PAYABLE": "status: [PAYABLE]",
            "PAID": "status: [PAID]",
            "PENDING_APPROVAL": "status: [PENDING_APPROVAL]",
            "REVERSED": "status: [REVERSED]",
            "of a level": "level: 3",
            "of no level": "level: 9",
            "of an affiliate": f'affiliateId: "{earner}"',
            "accrued before the first": f"accruedBefore: {oldest}",
            "accrued after the last": f"accruedAfter: {newest}",
        },
        "affiliates": {
            "roots": "rootsOnly: true",
            "SUSPENDED": "status: [SUSPENDED]",
            "by code": 'search: "SEED7"',
            "by a code that nobody has": 'search: "NOBODYHASIT"',
            "of a parent": f'parentId: "{sized.id(IdPrefix.AFFILIATE, "root")}"',
        },
        "ledgerTransactions": {
            "SETTLEMENT": "kind: [SETTLEMENT]",
            "PAYOUT": "kind: [PAYOUT]",
            "by reference": 'reference: "none"',
            "before the first": f"to: {oldest}",
            "after the last": f"from: {newest}",
        },
    }
    shapes = {
        "intents": _INTENT,
        "commissions": _COMMISSION,
        "affiliates": _AFFILIATE,
        "users": _USER,
        "ledgerAccounts": _ACCOUNT,
        "ledgerTransactions": _JOURNAL,
        "auditLog": f"{{ nodes {{ id at action sealed hash }} {_PAGE} }}",
        "members": f"{{ nodes {{ wallet roles }} {_PAGE} }}",
        "payoutBatches": f"{{ nodes {{ id status }} {_PAGE} }}",
        "discrepancies": f"{{ nodes {{ id kind }} {_PAGE} }}",
        "reconciliationRuns": f"{{ nodes {{ id status }} {_PAGE} }}",
    }
    asked = {name: f"{name}(first: 50) {shape}" for name, shape in shapes.items()}
    for name, conditions in filters.items():
        for which, condition in conditions.items():
            asked[f"{name}, {which}"] = f"{name}(first: 50, filter: {{{condition}}}) {shapes[name]}"
    for name, cursor in sized.far.items():
        field = name.split(".")[-1]
        if field in shapes:
            asked[f"{name}, far down"] = f'{field}(first: 50, after: "{cursor}") {shapes[field]}'
    asked["accounts of a kind"] = f"ledgerAccounts(first: 50, kind: [SUSPENSE]) {_ACCOUNT}"
    asked["accounts of an owner"] = f'ledgerAccounts(first: 50, ownerId: "{earner}") {_ACCOUNT}'
    asked["open discrepancies"] = f"discrepancies(first: 50, open: true) {shapes['discrepancies']}"
    return asked


def _sums(sized: Sized) -> dict[str, str]:
    day = sized.facts["newest"].date().isoformat()
    month = sized.facts["oldest"].isoformat()
    return {
        "statistics": "statistics { users affiliates intentsByStatus { status count } volume { amount } p95SettlementSeconds }",
        "statistics since": f'statistics(since: "{month}") {{ users volume {{ amount }} gasSpent {{ amount }} }}',
        "series by day": f'series(from: "{month}", to: "{day}T23:59:59Z", bucket: DAY) {{ at intentsByStatus {{ status count }} volume {{ amount }} }}',
        "series by hour": f'series(from: "{day}T00:00:00Z", to: "{day}T23:59:59Z", bucket: HOUR) {{ at intentsByStatus {{ status count }} }}',
        "balances": "balances { currency ledger { amount } owedToAffiliates { amount } available { amount } }",
        "coverage": "coverage(days: 60) { currency due { date becomesPayable { amount } } firstShortfall }",
        "trial balance": "trialBalance { currency balanced rows { kind accounts debits { amount } } }",
    }


def _of_affiliates(sized: Sized) -> dict[str, str]:
    days = f'currency: "USDC", from: "{sized.facts["oldest"].isoformat()}", to: "{sized.facts["newest"].isoformat()}"'
    downline_of = f"nodes {{ id depth }} {_PAGE}"
    return {
        "downline": f"downline(first: 50) {{ {downline_of} }}",
        "downline, far down": f'downline(first: 50, after: "{sized.far["Affiliate.downline"]}") {{ {downline_of} }}',
        "downline of two levels": f"downline(first: 50, maxLevels: 2) {{ {downline_of} }}",
        "downline with branches": 'downline(first: 50) { edges { level branch(currency: "USDC") { members volume { amount } } } }',
        "downline summary": 'downlineSummary(currency: "USDC") { members referredUsers volume { amount } levels { level members } }',
        "downline summary of a month": 'downlineSummary(currency: "USDC", month: "2026-11") { members volume { amount } }',
        "children": f"children(first: 50) {_AFFILIATE}",
        "earner's earnings": "earnings { currency accrued { amount } payable { amount } paid { amount } lifetime { amount } }",
        "earner's commissions": f"commissions(first: 50) {_COMMISSION}",
        "earner's commissions, PAID": f"commissions(first: 50, filter: {{status: [PAID]}}) {_COMMISSION}",
        "earner's users": f"referredUsers(first: 50) {_USER}",
        "earner's payouts": f"payouts(first: 50) {{ nodes {{ id status }} {_PAGE} }}",
        "earner's statement": f"statement({days}) {{ opening {{ amount }} accrued {{ amount }} closing {{ amount }} lines(first: 50) {_ENTRY} }}",
    }


def _of_others(sized: Sized) -> dict[str, str]:
    account = sized.id(IdPrefix.LEDGER_ACCOUNT, "account")
    carrier = sized.id(IdPrefix.CHAIN_TRANSACTION, "carrier")
    entries = f'node(id: "{account}") {{ ... on LedgerAccount'
    program = sized.id(IdPrefix.PROGRAM, "program")
    settled = (
        "settlement { confirmedAt commissions { amount { amount } affiliate { referralCode } }"
        " ledgerTransactions { kind } } timeline { to at } attempts { number }"
    )
    return {
        "account's entries": f"{{ {entries} {{ entries(first: 50) {_ENTRY} }} }} }}",
        "account's entries, far down": f'{{ {entries} {{ entries(first: 50, after: "{sized.far["LedgerAccount.entries"]}") {_ENTRY} }} }} }}',
        "account's balance then": f'{{ {entries} {{ balance(asOf: "{sized.facts["oldest"].isoformat()}") {{ amount }} }} }} }}',
        "transaction's intents": f'{{ node(id: "{carrier}") {{ ... on ChainTransaction {{ intents(first: 50) {_INTENT} }} }} }}',
        "user's intents": f'{{ user(by: {{programId: "{program}", wallet: "{sized.facts["wallet"]}"}}) {{ intents(first: 50) {_INTENT} }} }}',
        "intents with all that followed": f'{{ program(slug: "{sized.slug}") {{ intents(first: 20) {{ nodes {{ id {settled} }} }} }} }}',
    }
