"""A payout batch on the page: made, refused where the server's answer differs from its rows, signed, and paid."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from eth_account import Account
from playwright.sync_api import Locator, Page, Request, Route, expect

from tests.fixtures.asked_wallet import AskedWallet
from tests.fixtures.due_batch import pending_batch
from tests.fixtures.played_batch import change_answers, in_parts, places_in_parts
from tests.fixtures.stack import Program, Stack
from tests.fixtures.visitor import sign_in_as

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

_BATCH = """
query Batch($id: ID!) {
  payoutBatch(id: $id) {
    status
    payouts(first: 200) { nodes { status transactionHash logIndex safeTransactionIndex index destination amount { minor } } }
    safeTransactions { status signatures { owner } }
  }
}
"""
_PAYEES = """
query Payees($id: ID!) {
  payoutBatch(id: $id) { payouts(first: 200) { nodes { destination affiliate { displayName } } } }
}
"""
# The page compares a Safe transaction at a time, with a pause of no time in between.
_HOLD_COMPARISONS = """() => {
  const held = [], later = window.setTimeout;
  window.setTimeout = (work, ms, ...rest) => ms ? later(work, ms, ...rest) : held.push(work);
  window.release = () => { window.setTimeout = later; held.forEach((work) => work()); };
}"""
_AGREES = "The page and the server agree."
_APPROVE = "PayoutsApprove"


@pytest.fixture
def program(stack: Stack) -> Program:
    """The program whose commissions are due at once."""
    return stack.programs[1]


@pytest.mark.long
def test_what_differs_from_the_rows_is_not_signed(page: Page, program: Program) -> None:
    batch = pending_batch(program)
    wallet = AskedWallet(program.owners[1])
    wallet.put_into(page)
    approvals = _approvals(page)
    sign_in_as(page, program, wallet.private_key, f"/payouts/{batch}")
    expect(page.get_by_text(_AGREES)).to_be_visible()
    for operation, change, difference in _TAMPERED:
        change_answers(page, operation, change)
        page.reload()
        expect(page.get_by_role("alert")).to_contain_text("Do not sign this batch")
        table = page.get_by_role("region", name="Differences")
        expect(table.get_by_role("cell", name=difference, exact=True).first).to_be_visible()
        expect(_sign(page)).to_have_count(0)
        page.unroute_all(behavior="ignoreErrors")
    assert wallet.documents == []
    assert approvals == []


@pytest.mark.long
def test_an_interruption_between_two_questions(page: Page, program: Program) -> None:
    """The batch comes in three parts: nothing short of 201 recipients makes one."""
    batch = pending_batch(program)
    wallet = AskedWallet(program.owners[1], rejects={2})
    rows = program.ask(_BATCH, id=batch)["payoutBatch"]["payouts"]["nodes"]
    change_answers(page, "query PayoutsBatch(", lambda data: in_parts(data, rows))
    change_answers(
        page,
        "query PayoutsRecipients(",
        lambda data: places_in_parts(data["payoutBatch"]["payouts"]["nodes"]),
    )
    sent = _held_approvals(page)
    wallet.put_into(page)
    sign_in_as(page, program, wallet.private_key, f"/payouts/{batch}")
    _sign(page).click()
    expect(page.locator(".signing").get_by_role("alert")).to_contain_text("You declined it")
    page.reload()
    expect(page.get_by_text("1 of 3 signatures were made before")).to_be_visible()
    page.get_by_role("button", name="Go on signing").click()
    expect(page.locator(".signing").get_by_role("alert")).to_contain_text("STALE_BATCH")
    nonces = [int(one["message"]["nonce"]) for one in wallet.documents]
    first = nonces[0]
    assert nonces == [first, first + 1, first + 1, first + 2]
    [variables] = sent
    assert variables["owner"] == wallet.address
    assert len(variables["signatures"]) == len(set(variables["signatures"])) == 3
    page.unroute_all(behavior="ignoreErrors")


@pytest.mark.long
def test_a_batch_that_is_given_up(page: Page, program: Program) -> None:
    """Rejected with a reason, and proposed again at the same nonces; a withdrawal waits until that is over."""
    batch = pending_batch(program)
    sign_in_as(page, program, program.owners[0], f"/payouts/{batch}")
    page.get_by_role("button", name="Reject…").click()
    page.get_by_role("button", name="Reject it").click()
    expect(page.get_by_role("dialog")).to_contain_text("Reason: say it in a few words.")
    page.get_by_role("textbox", name="Reason").fill("a recipient is wrong")
    page.get_by_role("button", name="Reject it").click()
    expect(page.locator(".page-title")).to_contain_text("Rejected")
    page.get_by_role("button", name="Replace…").click()
    page.get_by_role("button", name="Make the new batch").click()
    expect(page.get_by_text("takes the place of")).to_be_visible()
    expect(page.get_by_role("link", name="an earlier batch")).to_have_attribute(
        "href", f"#/p/{program.slug}/payouts/{batch}"
    )
    page.get_by_role("link", name="← Payouts").click()
    page.get_by_role("button", name="Withdraw…").click()
    dialog = page.get_by_role("dialog")
    for amount, destination, said in _WITHDRAWALS:
        dialog.get_by_label("Amount").fill(amount)
        dialog.get_by_label("To the address").fill(destination)
        dialog.get_by_role("button", name="Propose it").click()
        expect(dialog.get_by_role("alert")).to_contain_text(said)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Withdraw…")).to_be_focused()


def test_owners_see_whom_they_pay_and_take_it_along(page: Page, program: Program) -> None:
    """Somebody who owns the Safe and is nothing else in the program."""
    batch = pending_batch(program)
    payees = program.ask(_PAYEES, id=batch)["payoutBatch"]["payouts"]["nodes"]
    sign_in_as(page, program, program.owners[1], f"/payouts/{batch}")
    rows = page.get_by_role("table", name="Recipients in the order of their transfers")
    for payee in payees:
        row = rows.locator("tbody tr", has_text=payee["destination"]).first
        expect(row).to_contain_text(payee["affiliate"]["displayName"])
        expect(row.get_by_role("link")).to_have_count(0)
    owners = page.get_by_role("list", name="Owners").first
    for name in ("Owner 1", "You"):
        expect(owners.get_by_role("listitem").filter(has_text=name)).to_contain_text("not signed")
    with page.expect_download() as file:
        page.get_by_role("button", name="Export to verify").click()
    document = json.loads(file.value.path().read_text())
    assert document["batch"] == batch
    [part] = document["safeTransactions"]
    assert {each["destination"] for each in part["payouts"]} == {
        payee["destination"] for payee in payees
    }


def test_from_a_new_batch_to_each_recipients_transfer(page: Page, program: Program) -> None:
    """Two owners at once: what the first one signs comes under the second one's finger."""
    batch = pending_batch(program)
    release = _hold_answers(page, "query PayoutsSituation(")
    sign_in_as(page, program, program.owners[2], f"/payouts/{batch}")
    expect(page.get_by_text(_AGREES)).to_be_visible()
    # What is in the way of the batch stands above the button, and would move it.
    expect(_sign(page)).to_have_count(0)
    release()
    expect(_sign(page)).to_be_visible()
    page.evaluate(_HOLD_COMPARISONS)
    other = page.context.new_page()
    sign_in_as(other, program, program.owners[1], f"/payouts/{batch}")
    _sign(other).click()
    # The button says "Signing…" first: who leaves then takes what was not sent along.
    expect(other.locator(".owners .signed")).to_have_count(1)
    other.close()
    expect(page.locator(".owners .signed")).to_have_count(1)
    _sign(page).click()
    page.evaluate("release()")
    expect(page.locator(".owners .signed")).to_have_count(2)
    expect(_sign(page)).to_have_count(0)
    expect(page.locator(".page-title")).to_contain_text("Paid", timeout=60_000)
    paid = page.get_by_role("table", name="Recipients in the order of their transfers")
    rows = program.ask(_BATCH, id=batch)["payoutBatch"]["payouts"]["nodes"]
    expect(paid.locator("tbody tr", has_text="Paid")).to_have_count(len(rows))
    for row in rows:
        assert row["status"] == "PAID"
        line = paid.locator("tbody tr", has_text=row["destination"]).first
        expect(line.locator(f"code[title='{row['transactionHash']}']")).to_be_visible()
        expect(line).to_contain_text(f"log {row['logIndex']}")


def _sign(page: Page) -> Locator:
    return page.get_by_role("button", name="Sign and approve")


def _hold_answers(page: Page, operation: str) -> Callable[[], None]:
    """Those to the operation wait until what is returned is called."""
    held: list[Route] = []

    def handle(route: Route) -> None:
        if operation in (route.request.post_data or ""):
            held.append(route)
        else:
            route.fallback()

    def release() -> None:
        for route in held:
            route.continue_()
        page.unroute("**/graphql", handle)

    page.route("**/graphql", handle)
    return release


def _first_row(change: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    return lambda data: change(data["payoutBatch"]["payouts"]["nodes"][0])


def _first_part(change: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    return lambda data: change(data["payoutBatch"]["safeTransactions"][0])


def _other_amount(row: dict[str, Any]) -> None:
    minor = int(row["amount"]["minor"]) + 1_000_000
    row["amount"] |= {"minor": str(minor), "amount": f"{minor // 10**6}.{minor % 10**6:06}"}


# Each way of lying is in attacks.test.ts beside the proof; here are some of either answer.
_THIEF = Account.create().address
_ROWS, _FACTS = "query PayoutsRecipients(", "query PayoutsBatch("
_WITHDRAWALS = (
    ("1,5", _THIEF, "Amount: digits"),
    ("1.5", _THIEF[:-1], "Address: 0x and 40 hexadecimal digits"),
    ("1.5", _THIEF, "EARLIER_BATCH_OPEN"),
)
_TAMPERED = (
    (_ROWS, _first_row(_other_amount), "calldata"),
    (_ROWS, _first_row(lambda row: row.update(destination=_THIEF)), "content hash"),
    (
        _ROWS,
        lambda data: data["payoutBatch"]["payouts"]["nodes"].pop(),
        "number of recipients",
    ),
    (_FACTS, _first_part(lambda one: one.update(hash=f"0x{'11' * 32}")), "Safe transaction hash"),
    (
        _FACTS,
        _first_part(lambda one: one.update(to=_THIEF)),
        "code that the Safe delegates to",
    ),
)


def _approvals(page: Page) -> list[str]:
    """What the page asked the server to approve."""
    heard: list[str] = []

    def note(request: Request) -> None:
        if _APPROVE in (request.post_data or ""):
            heard.append(request.post_data or "")

    page.on("request", note)
    return heard


def _held_approvals(page: Page) -> list[dict[str, Any]]:
    """Their variables; the answer is that the batch is stale."""
    heard: list[dict[str, Any]] = []

    def answer(route: Route) -> None:
        asked = json.loads(route.request.post_data or "{}")
        if _APPROVE not in asked.get("query", ""):
            route.fallback()
            return
        heard.append(asked["variables"])
        stale = {"code": "STALE_BATCH", "message": "It changed.", "field": ["contentHash"]}
        payload = {"payoutBatch": None, "userErrors": [stale]}
        route.fulfill(json={"data": {"approvePayoutBatch": payload}})

    page.route("**/graphql", answer)
    return heard
