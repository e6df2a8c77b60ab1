"""Pages: a list that is walked page by page shows every row once, filtered or not, also while rows come in."""

from typing import Any

from eth_account import Account

from app.store.database import Database as Pool
from schema.ids import IdPrefix, encode_id
from tests.api.batched import Batches
from tests.api.caller import OwnProgram, Stage
from tests.api.filled import FilledProgram
from tests.fixtures.databases import Database
from tests.storage.following import roll_up

PAGE = """query ($slug: String!, $first: Int!, $after: String) { program(slug: $slug) {
  list: LIST(FILTER first: $first, after: $after) {
    nodes { id } edges { cursor node { id } } totalCount { value exact }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  } } }"""
BATCH_PAGE = """query ($id: ID!, $first: Int!, $after: String) { payoutBatch(id: $id) {
  list: LIST(first: $first, after: $after) {
    nodes { ROW } totalCount { value exact } pageInfo { hasNextPage endCursor }
  } } }"""
IN_BATCH = {
    "payouts": "id index safeTransactionIndex",
    "changes": "kind message",
    "excluded": "destination reason",
}
LISTS = {
    "affiliates": "",
    "users": "",
    "intents": "",
    "commissions": "",
    "ledgerAccounts": "",
    "ledgerTransactions": "",
    "payoutBatches": "",
    "intents ": "filter: {status: [CONFIRMED]}, ",
    "commissions ": "filter: {level: 2}, ",
    "payoutBatches ": "status: [COMPLETED, PENDING_APPROVAL], ",
    "affiliates ": 'filter: {search: "branch"}, ',
}
TREE = """query ($by: AffiliateKey!) { affiliate(by: $by) {
  depth upline { referralCode } children { nodes { referralCode } totalCount { value } }
  downline { edges { level node { referralCode } branch(currency: "USDC") { members directMembers } }
             totalCount { value } }
  near: downline(maxLevels: 1) { nodes { referralCode } }
  downlineSummary(currency: "USDC") { members directMembers referredUsers volume { amount } earned { amount }
    levels { level members volume { amount } earned { amount } } }
} }"""


async def walk(program: OwnProgram, field: str, condition: str, first: int) -> list[str]:
    """Ids of a list, page by page; checks what every page says of itself."""
    query = PAGE.replace("LIST", field.strip()).replace("FILTER", condition)
    ids: list[str] = []
    after = None
    while True:
        asked: Any = await program.ask(query, slug=program.slug, first=first, after=after)
        page = asked["program"]["list"]
        assert [edge["node"] for edge in page["edges"]] == page["nodes"]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        ids += [node["id"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            assert page["totalCount"] == {"value": len(ids), "exact": True}
            return ids
        assert len(page["nodes"]) == first
        after = page["pageInfo"]["endCursor"]
        assert page["edges"][-1]["cursor"] == after


async def test_pages_of_any_size_show_every_row_once(filled: FilledProgram) -> None:
    await filled.grow(4)
    batches = Batches(filled)
    await batches.execute(await batches.propose(filled.payments[:2]))
    newest = await batches.propose(filled.payments[2:])
    for field, condition in LISTS.items():
        whole = await walk(filled.program, field, condition, 200)
        assert len(whole) == len(set(whole)) > 1, field
        for first in (1, 3):
            assert await walk(filled.program, field, condition, first) == whole, field
    for field, row in IN_BATCH.items():
        query = BATCH_PAGE.replace("LIST", field).replace("ROW", row)
        given = {"id": encode_id(IdPrefix.PAYOUT_BATCH, newest)}
        rows = await walk_batch(filled.program, query, given, 200)
        assert len(rows) > 1, field
        for first in (1, 3):
            assert await walk_batch(filled.program, query, given, first) == rows, field


async def walk_batch(
    program: OwnProgram, query: str, given: dict[str, Any], first: int
) -> list[Any]:
    """Rows of a batch's list, page by page."""
    rows: list[Any] = []
    after = None
    while True:
        asked: Any = await program.ask(query, **given, first=first, after=after)
        page = asked["payoutBatch"]["list"]
        rows += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            assert page["totalCount"] == {"value": len(rows), "exact": True}
            return rows
        after = page["pageInfo"]["endCursor"]


async def test_rows_that_come_in_meanwhile_disturb_nobody(stage: Stage) -> None:
    program = await stage.program()
    for number in range(4):
        await program.affiliate(f"CODE{number}")
    query = """query ($slug: String!, $after: String) { program(slug: $slug) {
        affiliates(first: 2, after: $after) { nodes { referralCode } pageInfo { endCursor } } } }"""
    first = (await program.ask(query, slug=program.slug))["program"]["affiliates"]
    await program.affiliate("LATER")
    after = first["pageInfo"]["endCursor"]
    second = (await program.ask(query, slug=program.slug, after=after))["program"]["affiliates"]
    codes = [node["referralCode"] for page in (first, second) for node in page["nodes"]]
    assert codes == ["CODE0", "CODE1", "CODE2", "CODE3"]


async def test_a_wallet_is_found_in_any_spelling(stage: Stage) -> None:
    program = await stage.program()
    wallet = (await program.affiliate("ONE"))["wallet"]
    await program.affiliate("TWO")
    query = """query ($s: String!, $text: String!) { program(slug: $s) {
        affiliates(filter: {search: $text}) { nodes { referralCode } } } }"""
    for text in (wallet, wallet.lower(), "on", "ONE"):
        seen = await program.ask(query, s=program.slug, text=text)
        assert seen["program"]["affiliates"]["nodes"] == [{"referralCode": "ONE"}], text
    nobody = await program.ask(query, s=program.slug, text=Account.create().address)
    assert nobody["program"]["affiliates"]["nodes"] == []


async def test_a_branch_by_level(stage: Stage, filled: FilledProgram, database: Database) -> None:
    await filled.grow(2)
    worker = await Pool.connect(database.dsn("sge_worker"), maximum=2)
    await roll_up(worker, stage.process.now)
    await worker.close()
    by = {"referralCode": {"programId": filled.program.id, "referralCode": "middle"}}
    seen = (await filled.program.ask(TREE, by=by))["affiliate"]
    assert (seen["depth"], seen["upline"]) == (1, [{"referralCode": "TOP"}])
    assert seen["children"] == {"nodes": [{"referralCode": "LOW"}], "totalCount": {"value": 1}}
    assert seen["near"]["nodes"] == [{"referralCode": "LOW"}]
    levels = [(edge["level"], edge["node"]["referralCode"]) for edge in seen["downline"]["edges"]]
    assert levels == [(1, "LOW"), (2, "BRANCH0"), (2, "BRANCH1"), (3, "LEAF0"), (3, "LEAF1")]
    assert seen["downline"]["edges"][0]["branch"] == {"members": 4, "directMembers": 2}
    summary = seen["downlineSummary"]
    assert (summary["members"], summary["directMembers"]) == (5, 1)
    assert [(one["level"], one["members"]) for one in summary["levels"]] == [(1, 1), (2, 2), (3, 2)]
