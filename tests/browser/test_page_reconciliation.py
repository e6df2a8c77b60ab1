"""Reconciliation on the page: a run to its end, and money that nothing explains, from its arrival to its posting."""

import pytest
from playwright.sync_api import Page, expect

from tests.fixtures.rogue_money import send_to_treasury
from tests.fixtures.stack import Program, Stack
from tests.fixtures.visitor import sign_in, sign_in_as

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

_INFLOW = "Money came that nothing explains"
_RESOLVED = """
query Resolved($id: ID!) { node(id: $id) { ... on Discrepancy { resolvedAt note posting { entries { nodes {
  direction amount { amount } account { kind } } } } } } }
"""


@pytest.mark.long
def test_a_run_is_seen_to_its_end(page: Page, program: Program) -> None:
    sign_in(page, program, "/reconciliation")
    page.get_by_role("button", name="Run now…").click()
    page.get_by_role("dialog").press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Run now…")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("heading", name="Reconciliation run")).to_be_visible()
    checks = page.get_by_role("table", name="The checks of the run, in their order")
    expect(checks.locator("tbody tr")).to_have_count(11)
    expect(checks.get_by_text("Agrees").or_(checks.get_by_text("Differs"))).to_have_count(11)
    expect(page.get_by_text("Under way")).to_have_count(0)
    address = page.url
    page.get_by_role("link", name="← Runs").click()
    newest = page.get_by_role("table", name="Runs, newest first").locator("tbody tr").first
    expect(newest).to_contain_text("of 11")
    newest.get_by_role("link").click()
    expect(page).to_have_url(address)
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    tab = page.get_by_role("navigation", name="Pages").get_by_role("link", name="Reconciliation")
    expect(tab).to_be_in_viewport(ratio=1)


def test_money_that_nothing_explains_is_explained(
    page: Page, stack: Stack, program: Program
) -> None:
    sign_in_as(page, program, program.owners[0], "/reconciliation")
    rows = page.get_by_role("table", name="Open discrepancies, newest first")
    hash_ = send_to_treasury(stack, program, 12_500_000)
    row = rows.locator("tbody tr").filter(has_text=f"{hash_[:6]}…{hash_[-4:]}")
    expect(row).to_contain_text("12.5 USDC came from")
    row.get_by_role("link", name=_INFLOW).click()
    expect(page.get_by_text("It waits in SUSPENSE")).to_be_visible()
    explain = page.get_by_role("button", name="Explain and close")
    page.get_by_label("Note", exact=True).fill("a present, ticket 12")
    explain.click()
    expect(page.locator("form").get_by_role("alert")).to_have_text("Choose what it was.")
    page.get_by_label("A payment provider sent it").check()
    explain.click()
    expect(page.locator("form").get_by_role("alert")).to_contain_text("AMOUNT_OUT_OF_RANGE")
    page.get_by_label("It is the program's").check()
    explain.click()
    expect(page.get_by_role("heading", name="Explained")).to_be_focused()
    told = program.ask(_RESOLVED, id=page.url.rsplit("/", 1)[1])["node"]
    assert told["note"] == "a present, ticket 12"
    sides = {
        (one["direction"], one["account"]["kind"], one["amount"]["amount"])
        for one in told["posting"]["entries"]["nodes"]
    }
    assert sides == {("DEBIT", "SUSPENSE", "12.500000"), ("CREDIT", "PROGRAM", "12.500000")}
    page.get_by_role("link", name="Adjustment").click()
    entries = page.get_by_role("region", name="Entries of the transaction")
    expect(entries.get_by_role("row", name="Suspense")).to_contain_text("12.50")
    page.get_by_role("link", name="a discrepancy").click()
    page.get_by_role("link", name="← Discrepancies").click()
    expect(page.get_by_role("heading", name="Reconciliation")).to_be_visible()
    expect(row).to_have_count(0)
