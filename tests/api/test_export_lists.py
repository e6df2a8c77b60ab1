"""Exports of lists: exactly what the list of the API has with the same conditions, and never another program's."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from app.domain.actors import WATCHER
from app.domain.discrepancies import DiscrepancyKind, NewDiscrepancy, Severity
from app.domain.ids import new_id
from app.services.discrepancies.open_discrepancy import open_discrepancy
from app.store.rollups.rebuild import rebuild
from schema.ids import IdPrefix, encode_id
from tests.api.caller import REGISTER_AFFILIATE, Stage
from tests.api.exporting import fetched, table
from tests.api.filled import FilledProgram
from tests.api.left_behind import LeftBehind
from tests.api.test_stuck import HOUR, listed
from tests.storage.seeds import wallet

AFFILIATES = """
query ($slug: String!, $filter: AffiliateFilter) { program(slug: $slug) { affiliates(filter: $filter, first: 100) { nodes {
  id referralCode displayName depth wallet status parent { referralCode }
  downlineSummary(currency: "USDC") { members referredUsers volume { amount } earned { amount } } } } } }
"""
ACCOUNTS = """
query ($slug: String!, $kind: [LedgerAccountKind!], $ownerId: ID) { program(slug: $slug) {
  ledgerAccounts(kind: $kind, ownerId: $ownerId, currency: "USDC", first: 100) { nodes {
    id kind ownerId currency debits { amount } credits { amount } balance { amount } } } } }
"""
DISCREPANCIES = """
query ($slug: String!, $open: Boolean, $severity: [Severity!]) { program(slug: $slug) {
  discrepancies(open: $open, severity: $severity) { nodes { id kind severity resolvedBy message posting { id } run { id } } } } }
"""
RESOLVE = """
mutation ($id: ID!, $note: String!) {
  resolveDiscrepancy(id: $id, explanation: NO_POSTING, note: $note) { userErrors { code } } }
"""
SUSPEND = """
mutation ($id: ID!) { setAffiliateStatus(id: $id, status: SUSPENDED, reason: "a test") { userErrors { code } } }
"""
_CURRENCY = """
INSERT INTO program_currency (program_id, code, position, decimals, chain_id, token, eip712_name, eip712_version)
VALUES ($1, 'EURC', 2, 6, 31337, $2, 'EURC', '1')
"""
_AUDITED = "SELECT after FROM audit WHERE action = 'export.created' ORDER BY at DESC LIMIT 1"


async def sum_up(filled: FilledProgram) -> None:
    """What workers keep for branches."""
    async with filled.worker.write(filled.key) as unit:
        await rebuild(unit, filled.key)


async def named(filled: FilledProgram, code: str, name: str) -> dict[str, Any]:
    """A new affiliate with a name, below TOP."""
    given = {"programId": filled.program.id, "wallet": wallet(77), "displayName": name}
    below = {"referralCode": code, "parentReferralCode": "TOP"}
    made = await filled.program.ask(REGISTER_AFFILIATE, input=given | below)
    affiliate: dict[str, Any] = made["registerAffiliate"]["affiliate"]
    return affiliate


async def affiliates(filled: FilledProgram, **filter_: Any) -> list[dict[str, str]]:
    """What the list has, as the export writes it."""
    answer = await filled.program.ask(AFFILIATES, slug=filled.program.slug, filter=filter_)
    return [_affiliate(node) for node in answer["program"]["affiliates"]["nodes"]]


def _affiliate(node: Mapping[str, Any]) -> dict[str, str]:
    sums = node["downlineSummary"]
    return {
        "id": node["id"],
        "referral_code": node["referralCode"],
        "display_name": node["displayName"] or "",
        "parent_code": (node["parent"] or {}).get("referralCode", ""),
        "depth": str(node["depth"]),
        "wallet": node["wallet"],
        "status": node["status"],
        "members": str(sums["members"]),
        "referred_users": str(sums["referredUsers"]),
        "volume": sums["volume"]["amount"],
        "earned": sums["earned"]["amount"],
        "currency": "USDC",
    }


async def test_affiliates_are_those_of_the_list_with_their_branches(filled: FilledProgram) -> None:
    await filled.grow(2)
    beta = await named(filled, "BETA", "Northern Lights")
    await filled.program.ask(SUSPEND, id=beta["id"])
    await sum_up(filled)
    [top] = await affiliates(filled, rootsOnly=True)
    assert (top["members"], top["volume"]) == ("7", "20.000000")
    conditions: list[dict[str, Any]] = [
        {},
        {"status": ["SUSPENDED"]},
        {"status": ["ACTIVE"], "search": "bran"},
        {"search": "north"},
        {"search": beta["wallet"].lower()},
        {"search": "nobody"},
        {"parentId": top["id"]},
        {"rootsOnly": True},
    ]
    for given in conditions:
        rows = await table(filled.program, "AFFILIATES", **given)
        for row in rows:
            assert row.pop("created_at").endswith("Z")
        assert rows == await affiliates(filled, **given), given
    found = [len(await table(filled.program, "AFFILIATES", **given)) for given in conditions]
    assert found == [8, 1, 2, 1, 1, 0, 2, 1]


async def test_sums_of_affiliates_are_by_currency(filled: FilledProgram) -> None:
    await filled.grow(1)
    await sum_up(filled)
    await filled.owner.execute(_CURRENCY, filled.key, wallet(9))
    rows = await table(filled.program, "AFFILIATES", search="MIDDLE")
    assert [(row["currency"], row["volume"], row["members"]) for row in rows] == [
        ("USDC", "10.000000", "3"),
        ("EURC", "0.000000", "3"),
    ]
    of_one = await table(filled.program, "AFFILIATES", search="MIDDLE", currency="EURC")
    assert of_one == rows[1:]


async def test_accounts_are_those_of_the_list_and_their_balances_come_to_nothing(
    filled: FilledProgram,
) -> None:
    await filled.grow(2)
    program = filled.program
    low = encode_id(
        IdPrefix.AFFILIATE,
        await filled.owner.fetchval("SELECT public_id FROM affiliate WHERE referral_code = 'LOW'"),
    )
    payer = encode_id(
        IdPrefix.USER, await filled.owner.fetchval("SELECT public_id FROM program_user LIMIT 1")
    )
    conditions: list[dict[str, Any]] = [
        {},
        {"kind": ["AFFILIATE"]},
        {"kind": ["USER", "PROGRAM"]},
        {"ownerId": low},
        {"ownerId": payer},
        {"kind": ["REFUND"]},
    ]
    for given in conditions:
        answer = await program.ask(ACCOUNTS, slug=program.slug, **given)
        nodes = answer["program"]["ledgerAccounts"]["nodes"]
        rows = await table(program, "ACCOUNTS", currency="USDC", **given)
        assert [_account(row) for row in rows] == [_node(node) for node in nodes], given
    text = (await fetched(program, "ACCOUNTS")).text
    assert text.splitlines()[-1].endswith(",0.000000,USDC")
    [own] = await table(program, "ACCOUNTS", ownerId=low)
    assert (own["referral_code"], own["balance"]) == ("LOW", "1.000000")


def _account(row: Mapping[str, str]) -> list[str]:
    amounts = [row[name] for name in ("debits", "credits", "balance")]
    return [
        row["id"],
        row["kind"],
        row["affiliate_id"] or row["user_id"],
        row["currency"],
        *amounts,
    ]


def _node(node: Mapping[str, Any]) -> list[str]:
    amounts = [node[name]["amount"] for name in ("debits", "credits", "balance")]
    return [node["id"], node["kind"], node["ownerId"] or "", node["currency"], *amounts]


async def found(filled: FilledProgram, severity: Severity, message: str) -> str:
    """The id of a new discrepancy."""
    new = NewDiscrepancy(DiscrepancyKind.UNATTRIBUTED_PAYMENT, severity, new_id().hex, message)
    async with filled.worker.write(filled.key) as unit:
        opened = await open_discrepancy(unit, filled.key, new, WATCHER, filled.now)
    assert opened is not None
    return encode_id(IdPrefix.DISCREPANCY, opened)


async def test_discrepancies_are_those_of_the_list(filled: FilledProgram) -> None:
    await filled.grow(1)
    await filled.doubt(1)
    await found(filled, Severity.INFO, "somebody paid")
    told = await found(filled, Severity.WARNING, "nobody is named")
    await filled.program.ask(RESOLVE, id=told, note="=HYPERLINK(1)")
    conditions: list[dict[str, Any]] = [
        {},
        {"open": True},
        {"open": False},
        {"severity": ["INFO"]},
        {"open": True, "severity": ["WARNING", "CRITICAL"]},
    ]
    program, counts = filled.program, []
    for given in conditions:
        answer = await program.ask(DISCREPANCIES, slug=program.slug, **given)
        nodes = answer["program"]["discrepancies"]["nodes"]
        rows = await table(program, "DISCREPANCIES", **given)
        assert sorted(map(_discrepancy, rows)) == sorted(map(_difference, nodes)), given
        counts.append(len(rows))
    assert counts == [3, 1, 2, 1, 0]
    [noted] = [row for row in await table(program, "DISCREPANCIES") if row["id"] == told]
    assert noted["note"] == "'=HYPERLINK(1)"


def _discrepancy(row: Mapping[str, str]) -> list[str]:
    names = ("id", "kind", "severity", "resolved_by", "message", "posting_id", "run_id")
    return [row[name] for name in names]


def _difference(node: Mapping[str, Any]) -> list[str]:
    texts = [node[name] or "" for name in ("id", "kind", "severity", "resolvedBy", "message")]
    return [*texts, *((node[name] or {}).get("id", "") for name in ("posting", "run"))]


async def test_intents_that_stand_still_and_those_that_do_not(filled: FilledProgram) -> None:
    await filled.grow(2)
    left = LeftBehind(filled)
    await left.watched()
    old = [*await left.queued(2, HOUR), *await left.sent(2, HOUR)]
    await left.queued(1, timedelta(minutes=9))
    await left.sent(1, timedelta(minutes=9))
    everything = await table(filled.program, "INTENTS")
    for stuck in (True, False):
        nodes = (await listed(filled, stuck=stuck))["nodes"]
        rows = await table(filled.program, "INTENTS", stuck=stuck)
        assert [row["id"] for row in rows] == [node["id"] for node in reversed(nodes)]
        assert [row for row in everything if row in rows] == rows
    asked = json.loads(await filled.owner.fetchval(_AUDITED))["filter"]
    assert asked.keys() == {"stuck", "asOf"}
    waiting = await table(filled.program, "INTENTS", stuck=True, status=["PENDING"])
    assert {row["id"] for row in waiting} == {encode_id(IdPrefix.INTENT, one) for one in old[:2]}


async def test_a_name_is_no_formula(filled: FilledProgram) -> None:
    await named(filled, "BETA", "=HYPERLINK(1)")
    [row] = await table(filled.program, "AFFILIATES", search="BETA")
    assert row["display_name"] == "'=HYPERLINK(1)"
    await found(filled, Severity.INFO, "@SUM(1)")
    [row] = await table(filled.program, "DISCREPANCIES")
    assert row["message"] == "'@SUM(1)"


@pytest.mark.parametrize("kind", ["AFFILIATES", "ACCOUNTS", "DISCREPANCIES", "INTENTS"])
async def test_of_two_programs_each_has_its_own(
    stage: Stage, filled: FilledProgram, kind: str
) -> None:
    second = FilledProgram(await stage.program(), filled.owner, filled.worker, filled.now)
    await second.begin()
    given = {"stuck": True} if kind == "INTENTS" else {}
    for each in (filled, second):
        await each.grow(1)
        left = LeftBehind(each)
        await left.watched()
        await left.queued(1, HOUR)
        await found(each, Severity.INFO, each.program.slug)
    own, others = [
        {row["id"] for row in await table(each.program, kind, **given)} for each in (filled, second)
    ]
    assert len(own) == len(others) > 0
    assert own.isdisjoint(others)
