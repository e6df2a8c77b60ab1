"""Affiliates on the page: the tree, one affiliate, why it is not paid yet, and what admins change."""

import csv
import io
import re
import time

import pytest
from eth_account import Account
from playwright.sync_api import Locator, Page, Route, expect

from tests.fixtures.asked_wallet import AskedWallet
from tests.fixtures.due_batch import pending_batch
from tests.fixtures.stack import Program, Stack
from tests.fixtures.visitor import sign_in, sign_in_as

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

_AFFILIATE = """
query Affiliate($program: ID!, $code: String!) {
  affiliate(by: { referralCode: { programId: $program, referralCode: $code } }) {
    id status parent { referralCode }
    commissions(first: 1) { nodes { id } }
  }
}
"""
_PAID_BY = """
query PaidBy($id: ID!) {
  payoutBatch(id: $id) { payouts(first: 1) { nodes { affiliate { referralCode displayName } } } }
}
"""
_CREATE = """
mutation Register($program: ID!, $wallet: Address!, $code: String!) {
  registerAffiliate(input: { programId: $program, wallet: $wallet, referralCode: $code }) {
    affiliate { id } userErrors { code }
  }
}
"""
_WALLET = "query Wallet($id: ID!) { node(id: $id) { ... on Affiliate { wallet } } }"
_EARN_SECONDS = 60.0


def test_why_a_commission_is_not_paid_yet(page: Page, program: Program) -> None:
    """As an admin: from the tree to the affiliate, to the reason, to the payment that it came from."""
    _wait_until_earned(program, "NORTH")
    sign_in_as(page, program, program.owners[0], "/affiliates?search=nor")
    page.get_by_role("treegrid").get_by_role("link", name="Northern Lights").click()
    expect(page.get_by_role("heading", name="Northern Lights")).to_be_visible()
    page.get_by_role("region", name=re.compile("^Earned")).get_by_role(
        "link", name="Accrued"
    ).click()
    expect(page).to_have_url(re.compile(r"\?status=ACCRUED$"))
    row = _commissions(page).first
    expect(row).to_contain_text("The holding period is not over. Until ")
    expect(row).to_contain_text("It becomes payable by itself, and goes into the next batch.")
    row.get_by_role("link", name="Level").click()
    expect(page.get_by_role("heading", name="Ledger postings")).to_be_visible()


def test_an_affiliate_changes_its_wallet_with_both(page: Page, program: Program) -> None:
    """The old one is the browser's, on another chain, which says no at first; the new one is of the demo. The old one's
    session is over then, and not only its sockets.
    """
    old = AskedWallet(Account.create().key.hex(), rejects={1}, chain_id=1)
    new = Account.from_key(program.owners[2]).address
    made = program.ask(_CREATE, program=program.id, wallet=old.address, code="MOVES")
    id_ = made["registerAffiliate"]["affiliate"]["id"]
    old.put_into(page)
    sign_in_as(page, program, old.private_key, f"/affiliates/{id_}")
    page.get_by_role("button", name="Change…").click()
    dialog = page.get_by_role("dialog")
    for wallet, said in (
        (new[:-1], "0x and 40 hexadecimal digits"),
        (old.address, "this is the one that you have"),
        (new, "is on chain 1"),
    ):
        dialog.get_by_label("New wallet").fill(wallet)
        dialog.get_by_role("button", name="Sign with both").click()
        expect(dialog.get_by_role("alert")).to_contain_text(said)
    dialog.get_by_role("button", name="Switch Browser wallet to chain 31337").click()
    expect(dialog.get_by_role("alert")).to_contain_text("You declined it")
    expect(dialog).to_contain_text("wait for 3 d")
    with page.expect_response(lambda one: "loggedOut" in (one.request.post_data or "")) as left:
        dialog.get_by_role("button", name="Sign with both").click()
    assert left.value.json()["data"]["logout"]["loggedOut"]
    expect(page.get_by_role("alert")).to_contain_text("The session has ended")
    assert program.ask(_WALLET, id=id_)["node"]["wallet"] == new
    assert [one["message"]["newWallet"] for one in old.documents] == [new, new]


def test_a_wallet_change_whose_answer_is_lost(page: Page, stack: Stack) -> None:
    """It is done; the old wallet's session ends, so the page asks for another one before anybody signs once more."""
    program, old = stack.programs[1], AskedWallet(Account.create().key.hex())
    new = Account.from_key(program.owners[2]).address
    made = program.ask(_CREATE, program=program.id, wallet=old.address, code="UNHEARD")
    id_ = made["registerAffiliate"]["affiliate"]["id"]
    old.put_into(page)
    sign_in_as(page, program, old.private_key, f"/affiliates/{id_}")
    page.route("**/graphql", _lose_the_change)
    page.get_by_role("button", name="Change…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("New wallet").fill(new)
    dialog.get_by_role("button", name="Sign with both").click()
    expect(page.get_by_role("alert")).to_contain_text("sign in again")
    assert program.ask(_WALLET, id=id_)["node"]["wallet"] == new
    assert len(old.documents) == 1


def _lose_the_change(route: Route) -> None:
    """The server does it, and the page never hears of it."""
    if "ChangeAffiliateWallet(" not in (route.request.post_data or ""):
        return route.continue_()
    route.fetch()
    return route.abort()


def test_what_is_found_is_exported(page: Page, program: Program) -> None:
    """As an admin; an affiliate, which may not export, is not offered it."""
    sign_in_as(page, program, program.owners[0], "/affiliates?search=nor")
    expect(page.get_by_text(re.compile(r"\d match"))).to_be_visible()
    page.get_by_role("treegrid").get_by_role("link", name="Northern Lights").click()
    page.get_by_role("link", name="Statement").click()
    name, rows = _exported(page)
    assert (name, rows[-5]["transaction_id"], rows[-1]["transaction_id"]) == (
        "statement.csv",
        "opening",
        "closing",
    )
    page.go_back()
    page.go_back()
    name, rows = _exported(page)
    assert name == "affiliates.csv"
    assert [row["display_name"] for row in rows] == ["Northern Lights", ""]
    assert rows[-1]["id"] == "total of 1"
    sign_in_as(page, program, program.affiliates["NORTH"])
    page.get_by_role("link", name="Statement").click()
    expect(page.locator(".statement-sums")).to_contain_text("= Closing")
    expect(page.get_by_role("button", name="Export CSV")).to_have_count(0)


def _exported(page: Page) -> tuple[str, list[dict[str, str]]]:
    """What the page's button downloads: the file's name and its rows."""
    with page.expect_download() as file:
        page.get_by_role("button", name="Export CSV").click()
    text = file.value.path().read_text(encoding="utf-8")
    return file.value.suggested_filename, list(csv.DictReader(io.StringIO(text, newline="")))


def test_an_affiliate_finds_why_it_is_not_paid_yet(page: Page, stack: Stack) -> None:
    """It starts at its own page, and sees of its batch what there is to wait for, and no more."""
    program = stack.programs[1]
    batch = program.ask(_PAID_BY, id=pending_batch(program))["payoutBatch"]
    payee = batch["payouts"]["nodes"][0]["affiliate"]
    sign_in_as(page, program, program.affiliates[payee["referralCode"]])
    expect(page.get_by_role("heading", name=payee["displayName"])).to_be_visible()
    page.get_by_role("checkbox", name="In a batch").check()
    row = _commissions(page).first
    expect(row).to_contain_text(re.compile(r"It has \d of the 2 signatures that it needs\."))
    expect(row).to_contain_text("The treasury's owners sign the batch")
    expect(row.get_by_role("link")).to_have_count(0)
    page.get_by_role("link", name="Statement").click()
    sums = page.locator(".statement-sums")
    expect(sums).to_contain_text("= Closing")
    expect(
        page.get_by_role("table", name="Lines of the statement").locator("tbody tr").first
    ).to_contain_text("Commission")


def test_what_is_earned_moves_without_a_reload(page: Page, program: Program) -> None:
    sign_in_as(page, program, program.affiliates["NORTH"])
    counted = page.locator(".section-title .total")
    expect(counted).to_contain_text("in all")
    page.evaluate("window.sameTab = true")
    before, earned = counted.inner_text(), page.locator(".earned-total").inner_text()
    expect(counted).not_to_have_text(before)
    expect(page.locator(".earned-total")).not_to_have_text(earned)
    assert page.evaluate("window.sameTab") is True


def test_an_affiliate_sees_its_branch_and_nobody_elses_money(page: Page, program: Program) -> None:
    fjord, south = _id(program, "FJORD"), _id(program, "SOUTH")
    sign_in_as(page, program, program.affiliates["NORTH"], f"/affiliates/{fjord}")
    expect(page.get_by_role("heading", name="Fjord Media")).to_be_visible()
    expect(page.get_by_role("treegrid").get_by_role("link", name="Skerry Studio")).to_be_visible()
    expect(page.get_by_text("Earned")).to_have_count(0)
    page.get_by_role("link", name="My page").click()
    page.get_by_role("link", name="Branch").click()
    for text, found in (("kelp", "Kelp Club"), ("SOUTH", "Nobody of this branch")):
        page.get_by_label("Find a member of this branch").fill(text)
        page.keyboard.press("Enter")
        expect(page.get_by_text(found).first).to_be_visible()
    page.goto(f"{program.url}/#/p/{program.slug}/affiliates/{south}")
    expect(page.get_by_text("No such affiliate")).to_be_visible()


@pytest.mark.long
def test_an_admin_suspends_moves_and_terminates(page: Page, program: Program) -> None:
    code = f"MOVED-{time.time_ns() % 10**9}"
    wallet = Account.create().address
    made = program.ask(_CREATE, program=program.id, wallet=wallet, code=code)["registerAffiliate"]
    sign_in(page, program, f"/affiliates/{made['affiliate']['id']}")
    page.get_by_role("button", name="Suspend…").click()
    page.get_by_role("button", name="Suspend", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Reason: say it in a few words.")
    _confirm(page, "Suspend")
    expect(page.locator(".page-title")).to_contain_text("Suspended")
    page.get_by_role("button", name="Move…").click()
    page.get_by_label("Referral code of the new one above").fill("NOBODY-HAS-IT")
    _confirm(page, "Move")
    expect(page.get_by_role("alert")).to_contain_text("No affiliate has this referral code.")
    expect(page.get_by_label("Reason")).to_have_value("for a test")
    page.get_by_label("Referral code of the new one above").fill("reef")
    _confirm(page, "Move")
    expect(page.locator(".facts")).to_contain_text("Reef Radio")
    now = program.ask(_AFFILIATE, program=program.id, code=code)["affiliate"]
    assert (now["status"], now["parent"]["referralCode"]) == ("SUSPENDED", "REEF")
    page.get_by_role("button", name="Terminate…").click()
    _confirm(page, "Terminate")
    page.get_by_role("button", name="Bring it to zero…").click()
    _confirm(page, "Propose it")
    expect(page.get_by_role("alert")).to_contain_text("There is nothing to adjust.")


@pytest.mark.long
def test_a_referral_link_leads_to_an_own_page(page: Page, program: Program) -> None:
    """A wallet that is nobody here registers itself where the link says."""
    sign_in(page, program, f"/affiliates/{_id(program, 'KELP')}")
    link = page.locator(".facts").get_by_text("?ref=KELP").inner_text()
    newcomer = Account.create()
    sign_in_as(page, program, newcomer.key.hex(), link.partition(program.slug)[2])
    page.get_by_label("Name", exact=True).fill("Newcomer")
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", name="Newcomer")).to_be_visible()
    expect(page.locator(".who")).to_contain_text("Affiliate")
    expect(page.locator(".facts")).to_contain_text(newcomer.address)
    expect(page.get_by_text("Nothing earned yet")).to_be_visible()


def _confirm(page: Page, action: str) -> None:
    page.get_by_label("Reason").fill("for a test")
    page.get_by_role("button", name=action, exact=True).click()


def _commissions(page: Page) -> Locator:
    return page.get_by_role("table", name="Commissions, newest first").locator("tbody tr")


def _id(program: Program, code: str) -> str:
    found = program.ask(_AFFILIATE, program=program.id, code=code)["affiliate"]
    return str(found["id"])


def _wait_until_earned(program: Program, code: str) -> None:
    """Until a customer below has paid."""
    deadline = time.monotonic() + _EARN_SECONDS
    while time.monotonic() < deadline:
        found = program.ask(_AFFILIATE, program=program.id, code=code)["affiliate"]
        if found["commissions"]["nodes"]:
            return
        time.sleep(0.5)
    pytest.fail(f"{code} earned nothing")
